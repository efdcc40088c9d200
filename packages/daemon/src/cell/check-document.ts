import {
  type CellDocument,
  type ContainerDocument,
  completeSpec,
  describeWorkloadChange,
  isName,
  manifestError,
  type Problem,
  partsOf,
  placeOfCell,
  rootOf,
  splitWorkload,
  validateWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import { nameOfCellId } from './cell-name.ts';
import { cellError } from './errors.ts';

/**
 * Checks everything about a declared cell that needs no other resource. Fails with
 * `MANIFEST_SPEC_INVALID`, `CELL_ROOTS_SEVERAL`, `CELL_FIELD_OF_CELL`.
 */
export function checkDocument(document: CellDocument): void {
  const cell = nameOfCellId(document.id);
  const problems = [...nameProblems(document), ...document.containers.flatMap(problemsOf)];
  if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: cell, problems });
  const roots = document.containers.filter(({ isRoot }) => isRoot === true);
  if (roots.length > 1) {
    throw cellError.ROOTS_SEVERAL({ cell, roots: roots.map(({ ref }) => ref.container) });
  }
  const root = rootOf(document);
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

function problemsOf({ spec, ref }: ContainerDocument): readonly Problem[] {
  return validateWorkload(spec).map((problem) => ({
    ...problem,
    path: `containers.${ref.container}.${problem.path}`,
  }));
}

/** A sibling has nothing to say of what it shares. */
function checkSibling({ ref, spec }: ContainerDocument, cell: string): void {
  const shared = splitWorkload(spec).cell;
  const usual = completeSpec({ name: spec.name, image: spec.image });
  const fields = describeWorkloadChange(usual, { ...usual, ...shared } as WorkloadSpec);
  if (fields.length === 0) return;
  const paths = fields.map(({ path }) => path.replace(/^container\./, ''));
  throw cellError.FIELD_OF_CELL({ container: ref.container, cell, fields: paths });
}
