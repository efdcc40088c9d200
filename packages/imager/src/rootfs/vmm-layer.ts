import { addFirecracker, firecrackerPrograms } from '../firecracker/programs.ts';
import { checkStacked } from './check-stacked.ts';
import type { Executor } from './context.ts';
import { extractPrograms } from './extract-programs.ts';

/** The programs that run virtual machines with what they need and the base lacks. */
export const buildVmm: Executor<'vmm'> = async (args, directory, context) => {
  const base = await extractPrograms(args, directory, context);
  const { firecracker } = context;
  if (firecracker !== undefined) await addFirecracker(firecracker, directory);
  const added =
    firecracker === undefined ? [] : firecrackerPrograms.map((path) => [path, '--version']);
  await checkStacked(base, directory, [...args.checks, ...added]);
};
