import { join } from 'node:path';
import { run } from '@capsule/host';
import type { Executor } from './context.ts';

/** It takes 10 s, and took more than a minute next to twenty other programs. */
const TIMEOUT_MS = 10 * 60_000;

/** The command line programs as one file, by the build of their package. */
export const buildCli: Executor<'cli'> = async (_args, directory, context) => {
  const build = join(context.repository, 'packages/cli/build.ts');
  const args = [build, join(directory, 'usr/lib/capsule')];
  await run(process.execPath, args, { timeoutMs: TIMEOUT_MS });
};
