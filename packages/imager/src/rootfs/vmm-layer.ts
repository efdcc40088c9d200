import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTaken } from '@capsule/host';
import { programClosure } from '../debian/program-closure.ts';
import { treePath } from '../debian/tree-path.ts';
import { addFirecracker, firecrackerPrograms } from '../firecracker/programs.ts';
import { checkStacked } from './check-stacked.ts';
import type { Executor } from './context.ts';
import { extractPackages } from './extract-packages.ts';

/**
 * The programs that run virtual machines with what they need and the base lacks. Where the base has
 * a file, in whatever version, it stays as it is: the checks tell whether that will do.
 */
export const buildVmm: Executor<'vmm'> = async (args, directory, context) => {
  const [base, archive] = await Promise.all([context.layer('base'), context.archive()]);
  const { suite, fromSid, programs, data, checks } = args;
  const debian = join(directory, 'debian');
  // base-files has the links of a merged /usr.
  const packages = ['base-files', ...args.packages];
  await extractPackages({
    suite,
    packages,
    fromSid,
    archive,
    directory: debian,
    variant: 'extract',
  });
  const kept = [
    ...(await programClosure(debian, programs)),
    ...(await Promise.all(data.map((path) => treePath(debian, path)))).flat(),
  ];
  for (const { path } of kept) {
    if (await isTaken(join(base, path))) continue;
    await mkdir(join(directory, dirname(path)), { recursive: true });
    await rename(join(debian, path), join(directory, path));
  }
  await rm(debian, { recursive: true });
  const { firecracker } = context;
  if (firecracker !== undefined) await addFirecracker(firecracker, directory);
  const added =
    firecracker === undefined ? [] : firecrackerPrograms.map((path) => [path, '--version']);
  await checkStacked(base, directory, [...checks, ...added]);
};
