import {
  action,
  defineErrors,
  type Level,
  listAction,
  nodeAction,
  placeOf,
  remedy,
} from '@capsule/core';
import { CREATION_ERRORS } from './creation-errors.ts';

export const scopeError = defineErrors('SCOPE', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { level: Level; place: string }) => `there is no ${f.level} ${f.place}`,
    hint: (f: { level: Level }) =>
      remedy`${listAction(f.level)} shows what exists, ${action(`${f.level}.create`)} creates one`,
  },
  NAMESPACE_TAKEN: {
    kind: 'conflict',
    message: (f: { place: string; namespace: string; holder: string }) =>
      `realm ${f.place} cannot use the containerd namespace ${f.namespace}: realm ${f.holder} uses it`,
    hint: 'choose another spec.namespace',
  },
  NAMESPACE_FIXED: {
    kind: 'precondition',
    message: (f: { place: string; namespace: string; stored: string }) =>
      `the namespace of realm ${f.place} cannot change from ${f.stored} to ${f.namespace}`,
    why: 'containers and images of the realm are in that containerd namespace',
    hint: 'delete the realm and create it again, or remove spec.namespace',
  },
  NOT_EMPTY: {
    kind: 'precondition',
    message: (f: { level: string; place: string; holds: readonly string[] }) =>
      `${f.level} ${f.place} is not empty: it holds ${listSome(f.holds)}`,
    hint: (f) =>
      remedy`delete these first, or everything at once with ${nodeAction('delete', placeOf(f.place.split('/')), { cascade: true })}`,
  },
  ...CREATION_ERRORS,
  PERMANENT: {
    kind: 'precondition',
    message: (f: { level: string; place: string }) => `${f.level} ${f.place} cannot be deleted`,
    why: 'every capsule has main/default/default, where flat workloads live',
    hint: 'delete the cells in it instead',
  },
});

const SHOWN = 5;

/** `web, db and 3 more`. */
function listSome(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
