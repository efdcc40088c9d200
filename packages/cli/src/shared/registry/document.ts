import { manifestFromRegistry, type RegistrySpec } from '@capsule/core';

/** A registry for programs, and as a manifest; the login is for people to read. */
export function registryDocument(spec: RegistrySpec, username: string): object {
  return { ...manifestFromRegistry(spec), ...(username === '' ? {} : { username }) };
}
