import { join } from 'node:path';
import { bundleProgram } from '../program/bundle-program.ts';
import { writeFiles } from './config-layer.ts';
import type { Executor } from './context.ts';

/** Configuration of a capsule that is a machine of its own, and the program that prepares its disk. */
export const buildMachine: Executor<'machine'> = async (args, directory, context) => {
  await writeFiles(args.files, directory);
  await bundleProgram({
    entry: join(context.repository, 'packages/machine/src/main.ts'),
    output: join(directory, 'usr/lib/capsule/machine.cjs'),
  });
};
