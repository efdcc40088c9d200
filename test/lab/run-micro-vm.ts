import type { Lab } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';
import { CONFINED, getWorkload, QUICK, type ShownWorkload } from './workload.ts';

/** A manifest of a microVM as text: JSON is YAML. As a container, it cannot write to its root. */
export function microVmManifest(name: string, microVm: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ name, kind: 'MicroVM', microVm: { ...QUICK, ...CONFINED, ...microVm } });
}

/**
 * Applies through the command line and waits until the microVM runs. An emulated guest takes seconds to boot.
 */
export async function runMicroVm(
  lab: Lab,
  name: string,
  microVm: Readonly<Record<string, unknown>>,
): Promise<ShownWorkload> {
  await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '180s'], {
    input: microVmManifest(name, microVm),
    timeoutMs: 200_000,
  });
  return getWorkload(lab, name);
}
