import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { build, type Loader, type Plugin } from 'esbuild';

/** A module of the programs. */
export interface SourceModule {
  /** Its path, which names it in the bundle. */
  readonly name: string;
  readonly code: string;
  readonly loader: Loader;
  /** Whether it is written in the older form, with `require` and `module.exports`. */
  readonly isCommonJs: boolean;
  /** The modules that its specifiers mean; those of Node are not among them. */
  readonly imports: ReadonlyMap<string, string>;
}

/** Stands for Node's own `Headers`, which come with a whole HTTP client. */
const HEADERS = join(import.meta.dirname, '../src/bundle/headers.ts');

const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.json': 'json' };

/** Finds all modules that an entry leads to, as the bundler resolves them. */
export async function readModules(
  entry: string,
  replace: (path: string) => Promise<string | undefined>,
): Promise<readonly SourceModule[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    inject: [HEADERS],
    logLevel: 'error',
    plugins: [replacing(replace)],
  });
  const headers = Object.keys(metafile.inputs).find(
    (name) => join(process.cwd(), name) === HEADERS,
  );
  const read = Object.entries(metafile.inputs).map(async ([name, { imports, format }]) => {
    const code = (await replace(join(process.cwd(), name))) ?? (await readFile(name, 'utf8'));
    const usesHeaders = name !== headers && /\bnew Headers\(/.test(code);
    const found = imports.flatMap(({ original, path, external }) =>
      external === true || original === undefined ? [] : [[original, path] as const],
    );
    return {
      name,
      code: usesHeaders ? `import { Headers } from '${HEADERS}';\n${code}` : code,
      loader: LOADERS[extname(name)] ?? ('js' as const),
      isCommonJs: format === 'cjs',
      imports: new Map([...found, [HEADERS, headers ?? '']]),
    };
  });
  return Promise.all(read);
}

/** Gives the bundler other code for some modules. */
function replacing(replace: (path: string) => Promise<string | undefined>): Plugin {
  return {
    name: 'replacing',
    setup({ onLoad }) {
      onLoad({ filter: /_pb\.ts$/ }, async ({ path }) => {
        const contents = await replace(path);
        return contents === undefined ? undefined : { contents, loader: 'js' };
      });
    },
  };
}
