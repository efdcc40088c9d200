import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTaken } from '@capsule/host';
import { programClosure } from '../debian/program-closure.ts';
import { treePath } from '../debian/tree-path.ts';
import type { ProgramSet } from '../profile.ts';
import type { LayerContext } from './context.ts';
import { extractPackages } from './extract-packages.ts';

export type ProgramsRequest = Omit<ProgramSet, 'checks'> & { readonly suite: string };

/**
 * Fills a folder with programs out of Debian packages and what they need and the base lacks. Where the base has a file, in
 * whatever version, it stays as it is: the checks of the layer tell whether that will do. Returns the base.
 */
export async function extractPrograms(
  { suite, fromSid, programs, data, ...request }: ProgramsRequest,
  directory: string,
  context: LayerContext,
): Promise<string> {
  const [base, archive] = await Promise.all([context.layer('base'), context.archive()]);
  const debian = join(directory, 'debian');
  // base-files has the links of a merged /usr.
  const packages = ['base-files', ...request.packages];
  const variant = 'extract';
  await extractPackages({ suite, packages, fromSid, archive, directory: debian, variant });
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
  return base;
}
