import { create } from '@bufbuild/protobuf';
import type { RegistrySpec } from '@capsule/core';
import { RegistrySchema, type Registry as WireRegistry } from '../gen/capsule/v1/registry_pb.ts';

/** The state of a registry, in addition to its declaration. */
export interface RegistryFacts {
  readonly username?: string;
  readonly declared?: boolean;
}

export function registryToProto(spec: RegistrySpec, facts: RegistryFacts = {}): WireRegistry {
  return create(RegistrySchema, { ...spec, mirrors: [...spec.mirrors], ...facts });
}

export function registryFromProto(registry: WireRegistry): RegistrySpec {
  const { name, mirrors, plainHttp, insecure, caCertificate } = registry;
  return { name, mirrors: [...mirrors], plainHttp, insecure, caCertificate };
}
