import { execFile } from 'node:child_process';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { lateModules } from './late-modules.ts';

/**
 * `node build.ts [FOLDER]`: bundles the programs into `cli.cjs` of `dist` or of the folder, one CommonJS file, which starts
 * faster than modules do. In `dist` it keeps the heap of a process that has loaded it as well (`cli.blob`), from which they
 * start faster still: 57 ms of processor time instead of 84. Only the processor that made a heap can use it. Atomic: a
 * program that starts meanwhile sees the old files or the new ones, each whole.
 */
async function buildPrograms(folder: string | undefined): Promise<void> {
  const source = import.meta.dirname;
  const target = join(folder === undefined ? join(source, 'dist') : resolve(folder), 'cli.cjs');
  const startedAt = new Date();
  const draft = `${target}.${process.pid}`;
  const heap = `${draft}.blob`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await build({
      entryPoints: [join(source, 'src/main.ts')],
      outfile: draft,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      minify: true,
      keepNames: true,
      inject: [join(source, 'src/bundle/headers.ts')],
      plugins: [lateModules],
      legalComments: 'none',
      logLevel: 'error',
    });
    if (folder === undefined) {
      const keep = ['--single-threaded', '--snapshot-blob', heap, '--build-snapshot', draft];
      await promisify(execFile)(process.execPath, keep);
      await rename(heap, join(dirname(target), 'cli.blob'));
    }
    // The bundle last: it says that both are there. As old as what it was made from: a source that changes meanwhile is newer.
    await utimes(draft, startedAt, startedAt);
    await rename(draft, target);
  } finally {
    for (const file of [draft, heap]) await rm(file, { force: true });
  }
}

await buildPrograms(process.argv[2]);
