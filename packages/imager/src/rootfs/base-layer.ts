import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { imagerError } from '../errors.ts';
import { writeCaBundle } from './ca-bundle.ts';
import type { Executor } from './context.ts';
import { extractPackages } from './extract-packages.ts';

/** lvm2's tools want to see /proc. */
const IN_A_ROOT = ['--pid', '--fork', '--mount', '--mount-proc'];

/** Debian packages, unpacked without a package manager, checked by running what matters. */
export const buildBase: Executor<'base'> = async (args, directory, context) => {
  const archive = await context.archive();
  await extractPackages({ ...args, archive, directory, variant: 'extract' });
  await writeCaBundle(directory);
  for (const path of args.pruned) {
    await rm(join(directory, path), { recursive: true, force: true });
  }
  for (const command of args.checks) await check(directory, command);
};

async function check(root: string, command: readonly string[]): Promise<void> {
  try {
    await run('unshare', [...IN_A_ROOT, `--root=${root}`, '--', ...command], {
      env: { PATH: '/usr/sbin:/usr/bin' },
    });
  } catch (cause) {
    const said = (cause as { facts?: { stderr?: string } }).facts?.stderr ?? String(cause);
    throw imagerError.PROGRAM_BROKEN({ program: command[0] ?? '', said: said.trim() }, cause);
  }
}
