import type { DescMessage, Message } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';

/** Fields that name an object. Nothing else of a request is recorded: it may hold secrets. */
const NAMES: ReadonlySet<string> = new Set([
  'name',
  'volume',
  'snapshot',
  'new_name',
  'kid',
  'realm',
  'space',
  'stack',
  'cell',
  'container',
]);
/** Messages that hold such fields: resources, places, and the first message of a stream. */
const HOLDERS: ReadonlySet<string> = new Set([
  'workload',
  'registry',
  'registries',
  'volumes',
  'workloads',
  'scopes',
  'cells',
  'containers',
  'place',
  'within',
  'config',
  'metadata',
  'start',
]);
const MOST = 256;

/** The names of the objects of a request, as one short text; empty if it names none. */
export function objectOf(schema: DescMessage, message: Message): string {
  const text = namesOf(schema, message).join(', ');
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function namesOf(schema: DescMessage, message: Message): string[] {
  const view = reflect(schema, message);
  const own: string[] = [];
  const inner: string[] = [];
  for (const field of view.fields) {
    if (!view.isSet(field)) continue;
    if (field.fieldKind === 'scalar' && NAMES.has(field.name)) own.push(String(view.get(field)));
    if (!HOLDERS.has(field.name)) continue;
    if (field.fieldKind === 'message')
      inner.push(...namesOf(field.message, view.get(field).message));
    if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const item of view.get(field)) {
        inner.push(...namesOf(field.message, (item as { message: Message }).message));
      }
    }
  }
  return own.length === 0 ? inner : [own.join('/'), ...inner];
}
