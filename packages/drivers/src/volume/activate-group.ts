import { type LvmSettings, lvm } from '@capsule/host';

interface GroupPlace {
  readonly only: LvmSettings;
  readonly group: string;
  readonly pool: string;
}

/** Is made and removed at once. */
const SETTLE = 'settle';

/**
 * Makes the devices of a group appear; `names` are its logical volumes. LVM writes down what it is about to
 * do before it tells the pool, and after a power cut in between that volume cannot be activated. The pool
 * is told before the next volume is made: update_thin_pool_lv() in thin_manip.c of LVM, which no activation
 * calls.
 */
export async function activateGroup(
  { only, group, pool }: GroupPlace,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const activate = () => lvm(only, ['vgchange', '--yes', '-ay', group], signal);
  const unsettle = () => lvm(only, ['lvremove', '--yes', `${group}/${SETTLE}`], signal);
  if (names.includes(SETTLE)) await unsettle();
  try {
    await activate();
  } catch {
    // Whatever else is wrong is told by the second try.
    signal?.throwIfAborted();
    await lvm(only, ['lvchange', '--yes', '-ay', `${group}/${pool}`], signal);
    const shape = ['--type', 'thin', '--virtualsize', '4m', '--thinpool', pool];
    await lvm(only, ['lvcreate', '--yes', ...shape, '--name', SETTLE, group], signal);
    await unsettle();
    await activate();
  }
}
