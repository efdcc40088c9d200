import type { CellRecord, CellSpec } from '../cell/cell.ts';
import type { CellId } from '../cell/cell-id.ts';
import type { CellContainer, ContainerRecord } from '../cell/container.ts';
import type { ContainerRef } from '../cell/container-ref.ts';
import { completeSpec } from './complete-spec.ts';
import { joinWorkload, splitWorkload } from './flat-workload.ts';
import type { WorkloadSpec } from './workload.ts';

/**
 * A container as a manifest declares it. Its fields of a `CellSpec` are those of its cell, and say something in the root
 * alone.
 */
export interface ContainerDocument {
  readonly ref: ContainerRef;
  /** Absent: the first container of a cell is its root. */
  readonly isRoot?: boolean;
  readonly spec: WorkloadSpec;
}

/** A cell as a manifest declares it: with all its containers. */
export interface CellDocument {
  readonly id: CellId;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerDocument[];
}

/** The shared part of a cell without containers. */
const EMPTY_CELL: CellSpec = splitWorkload(completeSpec({ name: '', image: '' })).cell;

/** The root of a declared cell: the container that is marked, else the first. Pure. */
export function rootOf({ containers }: CellDocument): ContainerDocument | undefined {
  return containers.find(({ isRoot }) => isRoot) ?? containers[0];
}

/** A container with the network that its cell has from the root, which decides over ports and names. Pure. */
export function inNetworkOf(
  root: ContainerDocument | undefined,
  one: ContainerDocument,
): ContainerDocument {
  if (root?.spec.networkMode !== 'host') return one;
  return { ...one, spec: { ...one.spec, networkMode: 'host' } };
}

/** The shared part of a declared cell, and its labels. Pure. */
export function cellSpecOf(document: CellDocument): CellSpec {
  const root = rootOf(document);
  const spec = root === undefined ? EMPTY_CELL : splitWorkload(root.spec).cell;
  return withLabels(spec, document.labels);
}

/** Pure. */
export function containerSpecOf({ spec }: ContainerDocument): CellContainer {
  return splitWorkload(spec).container;
}

/** The document that a stored cell could have been applied from. Pure. */
export function documentOfCell(record: CellRecord): CellDocument {
  return {
    id: record.id,
    labels: record.spec.labels ?? {},
    containers: record.containers.map((container) => documentOfContainer(record, container)),
  };
}

/** The same for one container; the root has the fields of its cell. Pure. */
export function documentOfContainer(
  { spec }: Pick<CellRecord, 'spec'>,
  { ref, role, spec: own }: ContainerRecord,
): ContainerDocument {
  const isRoot = role === 'root';
  const { labels: _labels, ...shared } = spec;
  const joined = joinWorkload(
    ref.container,
    isRoot ? shared : { ...EMPTY_CELL, kind: spec.kind },
    own,
  );
  return { ref, isRoot, spec: joined };
}

/** Labels that say nothing are left out, as in cells that were stored before there were any. Pure. */
export function withLabels(spec: CellSpec, labels: CellDocument['labels']): CellSpec {
  const { labels: _labels, ...rest } = spec;
  return Object.keys(labels).length === 0 ? rest : { ...rest, labels };
}
