import { type CapsuleClient, registryToProto } from '@capsule/api';
import type { RegistrySpec } from '@capsule/core';
import type { Context } from '../context/context.ts';
import { applyEach, type DeclaredResult } from './apply-each.ts';

export type RegistryResult = DeclaredResult<RegistrySpec>;

/** Hands over what is declared of registries. */
export function applyRegistries(
  client: CapsuleClient,
  { specs, dryRun }: { readonly specs: readonly RegistrySpec[]; readonly dryRun: boolean },
  context: Context,
): Promise<readonly RegistryResult[]> {
  const { signal } = context;
  const apply = (spec: RegistrySpec) =>
    client.registry.apply({ registry: registryToProto(spec), dryRun }, { signal });
  return applyEach(specs, apply, context);
}
