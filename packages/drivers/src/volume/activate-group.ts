import { type LvmSettings, lvm } from '@capsule/host';

interface GroupPlace {
  readonly only: LvmSettings;
  readonly group: string;
  readonly pool: string;
}

/** A volume that is made and removed at once. */
const SETTLE = 'settle';

/**
 * Makes the devices of a group appear; `names` are its logical volumes. LVM records a change before it sends
 * it to the pool, and after a power cut in between that volume cannot be activated. LVM sends it before it
 * makes the next volume: update_thin_pool_lv() in LVM's thin_manip.c, which no activation calls. So this
 * makes a volume, and tries again.
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
    // The second try reports any other fault.
    signal?.throwIfAborted();
    await lvm(only, ['lvchange', '--yes', '-ay', `${group}/${pool}`], signal);
    const shape = ['--type', 'thin', '--virtualsize', '4m', '--thinpool', pool];
    await lvm(only, ['lvcreate', '--yes', ...shape, '--name', SETTLE, group], signal);
    await unsettle();
    await activate();
  }
}
