import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleProgram } from '../program/bundle-program.ts';
import type { Executor } from './context.ts';

/** The control plane as one CommonJS file beside its source map. */
export const buildCapsuled: Executor<'capsuled'> = async (_args, directory, context) => {
  const folder = join(directory, 'usr/lib/capsule');
  await mkdir(folder, { recursive: true });
  await bundleProgram({
    entry: join(context.repository, 'packages/daemon/src/main.ts'),
    output: join(folder, 'capsuled.cjs'),
  });
};
