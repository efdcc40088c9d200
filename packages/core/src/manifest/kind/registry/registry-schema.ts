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

export const REGISTRY_SCHEMA = fields('What is declared of it.', PROPERTIES);
