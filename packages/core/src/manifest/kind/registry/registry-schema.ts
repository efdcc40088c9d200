import { PRINTED } from '../../schema/document-schema.ts';
import { fields, flag, type JsonSchema, list, text } from '../../schema/json-schema.ts';
import type { REGISTRY_FIELDS } from './read-registry.ts';

/** Everything that a `registry:` block may hold; the compiler asks for each field. */
const PROPERTIES: Readonly<Record<(typeof REGISTRY_FIELDS)[number], JsonSchema>> = {
  mirrors: list(
    'Asked first, in this order.',
    text('https://HOST or http://HOST:PORT', { pattern: '^https?://' }),
  ),
  plainHttp: flag('Asked over HTTP, and never over HTTPS.'),
  insecure: flag('Certificates are not checked.'),
  caCertificate: text('PEM; trusted for the registry and its mirrors.'),
};

export const REGISTRY_SCHEMA = fields(
  'Where images come from.',
  {
    name: text('Host, with its port: docker.io, registry.home:5000.'),
    kind: { const: 'Registry' },
    registry: fields('Settings of the registry.', PROPERTIES),
    username: PRINTED,
  },
  ['name', 'kind', 'registry'],
);
