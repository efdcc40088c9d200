import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CAPSULED_FLAGS } from '../profiles/service-table.ts';
import { bundleCompiled } from '../program/bundle-compiled.ts';
import type { Executor } from './context.ts';

/** The control plane: a starter, the program as one file, V8's code of it, and its source map. */
export const buildCapsuled: Executor<'capsuled'> = async (_args, directory, context) => {
  const folder = join(directory, 'usr/lib/capsule');
  await mkdir(folder, { recursive: true });
  await bundleCompiled({
    entry: join(context.repository, 'packages/daemon/src/main.ts'),
    output: join(folder, 'capsuled.cjs'),
    flags: CAPSULED_FLAGS,
  });
};
