import type { RegistrySpec } from '../../../resource/registry/registry.ts';
import type { Kind } from '../kind.ts';
import { manifestFromRegistry } from './manifest-from-registry.ts';
import { readRegistry } from './read-registry.ts';
import { describeRegistryChange } from './registry-change.ts';
import { REGISTRY_SCHEMA } from './registry-schema.ts';
import { validateRegistry } from './validate-registry.ts';

export const REGISTRY_KIND: Kind<RegistrySpec> = {
  forms: [{ words: ['Registry'], schema: REGISTRY_SCHEMA }],
  applyOrder: 10,
  read: readRegistry,
  validate: validateRegistry,
  diff: describeRegistryChange,
  print: manifestFromRegistry,
};
