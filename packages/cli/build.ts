import { join, resolve } from 'node:path';
import { buildPacks } from './build/build-packs.ts';

/**
 * `node build.ts [FOLDER]`: bundles the programs into `dist` or the folder: `cli.cjs`, which starts them, and the packs
 * of modules that it runs. See docs/concepts/performance.md. Atomic: a program that starts meanwhile sees the old files
 * or the new ones, each whole.
 */
await buildPacks(resolve(process.argv[2] ?? join(import.meta.dirname, 'dist')));
