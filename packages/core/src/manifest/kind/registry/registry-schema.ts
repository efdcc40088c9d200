import { PRINTED } from '../../schema/document-schema.ts';
import { fields, flag, type JsonSchema, list, text } from '../../schema/json-schema.ts';
import type { REGISTRY_FIELDS } from './read-registry.ts';

/** Everything that a `registry:` block may hold; the compiler asks for each field. */
const PROPERTIES: Readonly<Record<(typeof REGISTRY_FIELDS)[number], JsonSchema>> = {
  mirrors: list(
    'Mirrors. The capsule tries them before the registry, in this order.',
    text('https://HOST or http://HOST:PORT', { pattern: '^https?://' }),
  ),
  plainHttp: flag('The capsule uses HTTP and never HTTPS.'),
  insecure: flag('The capsule does not check certificates.'),
  caCertificate: text(
    'PEM of a certificate that the capsule trusts for the registry and its mirrors.',
  ),
};

export const REGISTRY_SCHEMA = fields(
  'A registry of images.',
  {
    name: text('Host, with its port if it has one: docker.io, registry.home:5000.'),
    kind: { const: 'Registry' },
    registry: fields('Settings of the registry.', PROPERTIES),
    username: PRINTED,
  },
  ['name', 'kind', 'registry'],
);
