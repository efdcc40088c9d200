import type { CellId } from '../../../resource/cell/cell-id.ts';
import type { CellDocument, ContainerDocument } from '../../../resource/workload/cell-document.ts';
import type { DocumentReader, FieldTable, Place } from '../../read/document-reader.ts';
import { readText } from '../../read/read-words.ts';
import { CONTAINER_TABLE, readContainerSpec } from './read-container.ts';
import { DEFAULT_PARTS, readHead } from './read-head.ts';
import { refuseLater } from './refuse-later.ts';

/** A cell with the name that people see. */
export interface CellManifest extends CellDocument {
  readonly name: string;
}

const LATER = ['autoDelete', 'tty'] as const;

export const CELL_TABLE = {
  fields: ['id', 'realmId', 'spaceId', 'stackId', 'rootContainerId', 'containers', ...LATER],
  refused: {
    nestedCgroupRuntime: 'a container that needs cgroups of its own runs in a microVM',
  },
} as const satisfies FieldTable;

/** A document of `apiVersion: v1beta1`, `kind: Cell`. */
export function readCell(reader: DocumentReader, root: Place): CellManifest | undefined {
  const head = readHead(reader, root, CELL_TABLE);
  if (head === undefined) return undefined;
  const { name, labels, spec } = head;
  refuseLater(reader, spec, LATER);
  const text = (key: keyof typeof DEFAULT_PARTS) =>
    readText(reader, spec.get(key)) || DEFAULT_PARTS[key];
  const id = { realm: text('realmId'), space: text('spaceId'), stack: text('stackId'), cell: name };
  const list = spec.get('containers');
  const items = (list && list.node !== null && reader.list(list)) || [];
  const containers = items.flatMap((item) => readItem(reader, item, id) ?? []);
  const rootId = spec.get('rootContainerId');
  const rooted = markRoot(reader, containers, rootId);
  return { name: Object.values(id).join('/'), id, labels, containers: rooted };
}

/** A container in the list of its cell: its place is that of the cell. */
function readItem(reader: DocumentReader, item: Place, id: CellId): ContainerDocument | undefined {
  const fields = reader.map(item, CONTAINER_TABLE);
  if (fields === undefined) return undefined;
  const name = readText(reader, fields.get('id'));
  if (name === '') reader.refuse(`${item.path}.id`, 'is missing');
  const parts = { realmId: id.realm, spaceId: id.space, stackId: id.stack, cellId: id.cell };
  for (const [key, expected] of Object.entries(parts)) {
    const written = readText(reader, fields.get(key));
    if (written === '' || written === expected) continue;
    reader.refuse(
      `${item.path}.${key}`,
      `${written} differs from ${expected}, the place of its cell`,
      'remove it',
    );
  }
  return readContainerSpec(reader, fields, {
    ref: { cell: id, container: name },
    at: item.path,
    labels: {},
  });
}

/** `rootContainerId` says the same as `root: true` in one of the containers. */
function markRoot(
  reader: DocumentReader,
  containers: readonly ContainerDocument[],
  place: Place | undefined,
): readonly ContainerDocument[] {
  const name = readText(reader, place);
  if (name === '') return containers;
  const marked = containers.filter(({ isRoot }) => isRoot);
  if (!containers.some(({ ref }) => ref.container === name)) {
    reader.refuse(
      'spec.rootContainerId',
      `the cell has no container ${name}`,
      'name one of spec.containers',
    );
  }
  if (marked.length > 0 && marked.every(({ ref }) => ref.container !== name)) {
    const other = marked.map(({ ref }) => ref.container).join(' and ');
    reader.refuse(
      'spec.rootContainerId',
      `${name} is not the root: ${other} has root: true`,
      'remove one of the two',
    );
  }
  return containers.map((one) => (one.ref.container === name ? { ...one, isRoot: true } : one));
}
