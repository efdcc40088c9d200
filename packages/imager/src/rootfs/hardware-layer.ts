import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchMachineKernel } from '../uki/machine-kernel.ts';
import { checkStacked } from './check-stacked.ts';
import type { Executor } from './context.ts';
import { extractPrograms } from './extract-programs.ts';

/** Programs and kernel modules of a capsule that is a machine of its own. */
export const buildHardware: Executor<'hardware'> = async (args, directory, context) => {
  const base = await extractPrograms(args, directory, context);
  const kernel = await fetchMachineKernel({ ...context, suite: args.suite, name: args.kernel });
  const modules = join(directory, 'usr/lib/modules');
  await mkdir(modules, { recursive: true });
  await cp(kernel.modules, join(modules, kernel.release), { recursive: true });
  await checkStacked(base, directory, args.checks);
};
