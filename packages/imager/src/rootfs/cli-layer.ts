import { join } from 'node:path';
import { run } from '@capsule/host';
import type { Executor } from './context.ts';

/** The command line programs as one file, by the build of their package. */
export const buildCli: Executor<'cli'> = async (_args, directory, context) => {
  const build = join(context.repository, 'packages/cli/build.ts');
  await run(process.execPath, [build, join(directory, 'usr/lib/capsule')]);
};
