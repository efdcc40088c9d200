import { startLab } from '@capsule/testkit';
import { Random } from '../lab/random.ts';
import { flush } from './flush.ts';
import { killAmid } from './kill.ts';
import { vmSettingOf } from './lab-setting.ts';
import type { VmSoakRequest } from './vm-soak-request.ts';

/** Repeats the tests of microVMs with emulated ones. Throws if a promise is broken. */
export async function soakInLab(
  { what, rounds, seed }: VmSoakRequest,
  say: (line: string) => void,
): Promise<void> {
  await using lab = await startLab({ images: [] });
  const setting = vmSettingOf(lab);
  const repeat = what === 'flush' ? flush : killAmid;
  try {
    await repeat({ setting, backend: 'qemu', random: new Random(seed), rounds, say });
  } finally {
    setting.client.close();
  }
}
