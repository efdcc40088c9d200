import {
  defineErrors,
  type Level,
  listAction,
  nodeAction,
  placeOfName,
  remedy,
} from '@capsule/core';
import { CREATION_ERRORS } from '../scope/creation-errors.ts';

/** The requests that a root refuses, as its error words them. */
export type RootVerb = 'stopped' | 'killed' | 'deleted';

const VERBS = { stopped: 'stop', killed: 'kill', deleted: 'delete' } as const;

/** The same request for the whole cell. */
function actOnCell(verb: RootVerb, cell: string) {
  // A page of errors is made without a verb.
  return nodeAction(VERBS[verb] ?? 'stop', placeOfName(cell));
}

export const cellError = defineErrors('CELL', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { level: Level; place: string }) => `there is no ${f.level} ${f.place}`,
    hint: (f) => remedy`${listAction(f.level)} shows what exists`,
  },
  ...CREATION_ERRORS,
  ROOT_EXISTS: {
    kind: 'precondition',
    message: (f: { cell: string; root: string; container: string }) =>
      `${f.container} cannot be the root of cell ${f.cell}: its root is ${f.root}`,
    why: 'a cell keeps its root as long as it exists',
    hint: 'remove `root: true`, or delete the cell and create it again',
  },
  ROOTS_SEVERAL: {
    kind: 'invalid',
    message: (f: { cell: string; roots: readonly string[] }) =>
      `cell ${f.cell} has several root containers: ${f.roots.join(' and ')}`,
    hint: 'set `root: true` on one container',
  },
  ROOT_ALONE: {
    kind: 'precondition',
    message: (f: { verb: RootVerb; cell: string; container: string }) =>
      `${f.container} is the root of cell ${f.cell}, which cannot be ${f.verb} alone`,
    why: 'the other containers of the cell live in its namespaces',
    hint: (f) => remedy`${actOnCell(f.verb, f.cell)} acts on the whole cell`,
  },
  CELL_STOPPED: {
    kind: 'precondition',
    message: (f: { cell: string; container: string }) =>
      `${f.container} cannot start, because cell ${f.cell} does not run`,
    hint: (f) =>
      remedy`${nodeAction('start', placeOfName(f.cell))} starts the cell with all its containers`,
  },
  PAUSED: {
    kind: 'precondition',
    message: (f: { cell: string; container: string }) =>
      `${f.container} cannot start, because cell ${f.cell} is paused`,
    why: 'a container cannot start while the root of its cell is paused',
    hint: (f) => remedy`${nodeAction('unpause', placeOfName(f.cell))} resumes the cell`,
  },
  NOT_RUNNING: {
    kind: 'precondition',
    message: (f: { level: string; place: string }) => `${f.level} ${f.place} is not running`,
    why: 'only running processes can be paused',
    hint: 'start it first',
  },
  NOT_EMPTY: {
    kind: 'precondition',
    message: (f: { cell: string; siblings: readonly string[] }) =>
      `cell ${f.cell} is not empty: besides its root, it holds ${f.siblings.join(', ')}`,
    hint: (f) =>
      remedy`delete these containers first, or everything at once with ${nodeAction('delete', placeOfName(f.cell), { cascade: true })}`,
  },
  FIELD_OF_CELL: {
    kind: 'invalid',
    message: (f: { container: string; cell: string; fields: readonly string[] }) =>
      `${f.container} cannot have ${f.fields.join(', ')}: all containers of cell ${f.cell} share these`,
    hint: 'set the fields on the root container of the cell',
  },
  IS_MICRO_VM: {
    kind: 'precondition',
    message: (f: { cell: string }) => `cell ${f.cell} is a microVM, and holds no other containers`,
    why: 'containers of a cell share one kernel',
    hint: 'apply a manifest of kind MicroVM to change it, or create another cell',
  },
});
