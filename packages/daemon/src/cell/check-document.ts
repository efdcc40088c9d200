import {
  type CellDocument,
  type ContainerDocument,
  containerProblems,
  fieldsOfCell,
  inNetworkOf,
  isName,
  manifestError,
  nameOfCell,
  type Problem,
  partsOf,
  placeOfCell,
  rootOf,
} from '@capsule/core';
import { cellError } from './errors.ts';

/**
 * Checks everything about a declared cell that needs no other resource. Fails with
 * `MANIFEST_SPEC_INVALID`, `CELL_ROOTS_SEVERAL`, `CELL_FIELD_OF_CELL`.
 */
export function checkDocument(document: CellDocument): void {
  const cell = nameOfCell(document.id);
  const root = rootOf(document);
  const all = document.containers.map((one) => inNetworkOf(root, one));
  const problems = [...nameProblems(document), ...all.flatMap(problemsOf)];
  if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: cell, problems });
  const roots = document.containers.filter(({ isRoot }) => isRoot === true);
  if (roots.length > 1) {
    throw cellError.ROOTS_SEVERAL({ cell, roots: roots.map(({ ref }) => ref.container) });
  }
  for (const one of document.containers) if (one !== root) checkSibling(one, cell);
}

function nameProblems({ id, containers }: CellDocument): readonly Problem[] {
  const names = containers.map(({ ref }) => ref.container);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const wrong = [...partsOf(placeOfCell(id)), ...names].filter((name) => !isName(name));
  return [
    ...twice.map((name) => ({ path: 'containers', message: `${name} is declared twice` })),
    ...wrong.map((name) => ({
      path: 'metadata.name',
      message: `${JSON.stringify(name.slice(0, 80))} is not a name`,
      hint: 'use lower-case letters, digits and hyphens, at most 63 characters',
    })),
  ];
}

function problemsOf(document: ContainerDocument): readonly Problem[] {
  const path = `containers.${document.ref.container}`;
  return containerProblems(document, path, `${path}.id`);
}

/** A sibling has nothing to say of what it shares. */
function checkSibling({ ref, spec }: ContainerDocument, cell: string): void {
  const fields = fieldsOfCell(spec);
  if (fields.length === 0) return;
  throw cellError.FIELD_OF_CELL({ container: ref.container, cell, fields });
}
