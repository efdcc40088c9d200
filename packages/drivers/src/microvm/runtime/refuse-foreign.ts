import type { ContainerSpec } from '@capsule/core';
import { microVmError } from '../errors.ts';

/** Refuses fields that no manifest of a microVM has. */
export function refuseForeign({ ref, securityOpts = [], resources, tmpfs }: ContainerSpec): void {
  const { container } = ref;
  const said: readonly (readonly [string, boolean])[] = [
    ['securityOpts', securityOpts.length > 0],
    ['resources.cpuShares', resources.cpuShares !== undefined],
    ['tmpfs.options', tmpfs.some(({ options = [] }) => options.length > 0)],
  ];
  for (const [field, isSaid] of said) {
    if (isSaid) throw microVmError.FIELD_UNSUPPORTED({ container, field });
  }
}
