import { type BuildFailure, type BuildOptions, build } from 'esbuild';
import { imagerError } from '../errors.ts';

export interface BundleRequest {
  readonly entry: string;
  readonly output: string;
  /** The text around the code. */
  readonly around?: readonly [before: string, after: string];
}

/**
 * Bundles one program for the pinned Node into one CommonJS file, which starts about a third
 * faster than a module, with a linked source map beside it.
 */
export async function bundleProgram(request: BundleRequest): Promise<void> {
  const [before, after] = request.around ?? ['', ''];
  const options: BuildOptions = {
    entryPoints: [request.entry],
    outfile: request.output,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'silent',
    // A CommonJS file has no import.meta; code that asks where it lives gets its own path.
    define: { 'import.meta.url': '__bundle_url', 'import.meta.main': 'true' },
    banner: {
      js: `${before}const __bundle_url = require('node:url').pathToFileURL(__filename).href;`,
    },
    footer: { js: after },
  };
  try {
    await build(options);
  } catch (cause) {
    const { errors } = cause as BuildFailure;
    const [first] = errors;
    const where = first?.location ? ` (${first.location.file}:${first.location.line})` : '';
    throw imagerError.NOT_BUNDLED({ entry: request.entry, said: `${first?.text}${where}` }, cause);
  }
}
