import type { WorkloadKind } from '../../../resource/cell/cell.ts';
import { completeSpec } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readName } from '../../read/read-name.ts';
import { READ_ONLY_KEYS } from '../../read/read-only-keys.ts';
import { KIND_WORDS } from './manifest-from-workload.ts';
import { CONTAINER_FIELDS, readContainer } from './read-container.ts';
import { MICRO_VM_FIELDS, readMicroVm } from './read-micro-vm.ts';
import { MICRO_VM_WORDS } from './workload-words.ts';

/** Of each kind: the fields of its block, and how it is read. */
const BLOCKS = {
  container: { names: CONTAINER_FIELDS, read: readContainer },
  microVm: { names: MICRO_VM_FIELDS, read: readMicroVm },
} as const;

/** A document of `kind: Container` or `kind: MicroVM`. */
export function readWorkload(
  reader: DocumentReader,
  root: Place,
  word: string,
): WorkloadSpec | undefined {
  const kind = MICRO_VM_WORDS.includes(word) ? 'microVm' : 'container';
  const other = kind === 'container' ? 'microVm' : 'container';
  const { names, read } = BLOCKS[kind];
  const fields = reader.map(root, {
    fields: ['name', 'kind', kind, ...(hasBlock(reader, root, other) ? [other] : [])],
    readOnly: READ_ONLY_KEYS,
    elsewhere: new Map(names.map((field) => [field, `${kind}.${field}`])),
  });
  const name = readName(reader, fields);
  const block = fields?.get(kind) ?? takeOther(reader, fields?.get(other), kind);
  if (fields?.has(kind) && fields.has(other)) {
    reader.refuse(other, `does not belong to kind ${KIND_WORDS[kind]}`, 'remove it');
  }
  if (block === undefined) reader.refuse(kind, 'is missing', `kind ${KIND_WORDS[kind]} needs it`);
  const rest = block && read(reader, block);
  return rest && completeSpec({ name, ...rest });
}

/** A changed kind often comes with the old block. Reads that as the right one, to report all problems at once. */
function takeOther(
  reader: DocumentReader,
  block: Place | undefined,
  kind: WorkloadKind,
): Place | undefined {
  if (block === undefined) return undefined;
  const message = `kind: ${KIND_WORDS[kind]} needs \`${kind}:\``;
  reader.refuse(block.path, message, `rename \`${block.path}:\` to \`${kind}:\``);
  const position = reader.positions.get(block.path);
  if (position) reader.positions.set(kind, position);
  return { path: kind, node: block.node };
}

/** In either spelling. */
function hasBlock(reader: DocumentReader, root: Place, block: WorkloadKind): boolean {
  const map = reader.asMap(root);
  return map?.has(block) === true || (block === 'microVm' && map?.has('micro_vm') === true);
}
