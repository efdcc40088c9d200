import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';

/** Whether guests run on the processor itself, or why not. */
export interface Acceleration {
  readonly isKvm: boolean;
  readonly why: string;
}

/**
 * The device alone does not tell: there are machines where it opens and no ordinary kernel boots. The
 * processor's own word (`vmx`, `svm`) is needed too; others than x86 have none.
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
