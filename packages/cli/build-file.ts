import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { lateModules } from './late-modules.ts';

const OPENING = '(function (require, module, exports) {';
/** A file without an extension is a module where a package.json above it says so; a module has no `require`. */
const CLOSING =
  "})(typeof require === 'function' ? require : " +
  "process.getBuiltinModule('node:module').createRequire('/'), { exports: {} }, {});";

/**
 * `npm run cli [-- FILE]`: makes one file, `dist/capsulectl` by default, which is all that a laptop with Linux or macOS
 * and Node 20 or newer needs. Atomic.
 */
const target = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist/capsulectl'));
const draft = `${target}.${process.pid}`;
await mkdir(dirname(target), { recursive: true });
try {
  await build({
    entryPoints: [join(import.meta.dirname, 'src/laptop/main.ts')],
    outfile: draft,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
    banner: { js: `#!/usr/bin/env node\n${OPENING}` },
    footer: { js: CLOSING },
    inject: [join(import.meta.dirname, 'src/bundle/headers.ts')],
    plugins: [lateModules],
    legalComments: 'none',
    logLevel: 'error',
  });
  await chmod(draft, 0o755);
  await rename(draft, target);
  process.stdout.write(`${target}\n`);
} finally {
  await rm(draft, { force: true });
}
