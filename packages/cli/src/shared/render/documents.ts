import type { Format } from './format.ts';

/** Data for programs: several documents are a YAML stream, or a JSON list. */
export async function renderDocuments(
  format: Extract<Format, 'json' | 'yaml'>,
  documents: readonly object[],
): Promise<string> {
  if (format === 'json') return `${JSON.stringify(documents, undefined, 2)}\n`;
  // Loaded here only: it costs more than all the rest of a `list`.
  const { stringify } = await import('yaml');
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

/** The same for one document, which JSON then shows without a list around it. */
export async function renderDocument(
  format: Extract<Format, 'json' | 'yaml'>,
  document: object,
): Promise<string> {
  if (format === 'json') return `${JSON.stringify(document, undefined, 2)}\n`;
  return renderDocuments(format, [document]);
}
