import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';

/** Whether guests use hardware virtualization, and the reason. */
export interface Acceleration {
  readonly isKvm: boolean;
  readonly why: string;
}

/**
 * The device alone is not enough: on some machines it opens and no ordinary kernel boots. The flags of the
 * processor (`vmx`, `svm`) are needed too; architectures other than x86 have none.
 */
export async function findAcceleration(architecture: string): Promise<Acceleration> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return { isKvm: false, why: 'there is no /dev/kvm' };
  }
  if (architecture !== 'x64') return { isKvm: true, why: '/dev/kvm' };
  const flags = /^flags\s*:(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  const hasFlag = flags.split(' ').some((flag) => flag === 'vmx' || flag === 'svm');
  if (hasFlag) return { isKvm: true, why: '/dev/kvm' };
  return { isKvm: false, why: 'the processor has neither vmx nor svm' };
}
