import type { DataFormat } from './format.ts';
import { renderTemplate } from './json-path/render-template.ts';

/** Data for programs: several documents are a YAML stream, or a JSON list, to which a path leads by `[*]`. */
export async function renderDocuments(
  format: DataFormat,
  documents: readonly object[],
): Promise<string> {
  if (format.kind !== 'yaml') return renderWhole(format, documents);
  // Loaded here only: it costs more than all the rest of a `list`.
  const { stringify } = await import('yaml');
  return documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
}

/** The same for one document, which JSON then shows without a list around it. */
export async function renderDocument(format: DataFormat, document: object): Promise<string> {
  if (format.kind === 'yaml') return renderDocuments(format, [document]);
  return renderWhole(format, document);
}

function renderWhole(format: DataFormat, whole: object): string {
  if (format.kind !== 'jsonpath') return `${JSON.stringify(whole, undefined, 2)}\n`;
  // Paths lead through what JSON shows: no key whose value is undefined.
  return renderTemplate(format.template, JSON.parse(JSON.stringify(whole)));
}
