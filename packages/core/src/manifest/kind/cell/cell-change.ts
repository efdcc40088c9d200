import { containerKey } from '../../../resource/cell/cell-key.ts';
import {
  type CellDocument,
  type ContainerDocument,
  rootOf,
} from '../../../resource/workload/cell-document.ts';
import { splitWorkload } from '../../../resource/workload/flat-workload.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { FieldChange } from '../field-change.ts';
import { describeWorkloadChange } from '../workload/workload-change.ts';
import { describeContainerChange } from './container-change.ts';

/** Every field that differs, the cell's own labels first; for a new cell every field that says something. Pure. */
export function describeCellChange(
  before: CellDocument | undefined,
  after: CellDocument,
): readonly FieldChange[] {
  const stored = new Map(before?.containers.map((one) => [containerKey(one.ref), one]));
  const kept = new Set(after.containers.map(({ ref }) => containerKey(ref)));
  return [
    ...describeLabels(before?.labels ?? {}, after.labels),
    ...after.containers.flatMap((one) => {
      const known = stored.get(containerKey(one.ref));
      const path = `containers.${one.ref.container}`;
      const isNew = known === undefined && before !== undefined;
      const added = isNew ? [{ path, after: one.ref.container, recreates: false }] : [];
      return [...added, ...prefixed(path, describeContainerChange(known, one))];
    }),
    ...(before?.containers ?? [])
      .filter(({ ref }) => !kept.has(containerKey(ref)))
      .map(({ ref: { container } }) => ({
        path: `containers.${container}`,
        before: container,
        recreates: false,
      })),
  ];
}

/** Returns whether all containers have to be recreated, because a field that they share has changed. Pure. */
export function needsNewContainers(before: CellDocument, after: CellDocument): boolean {
  const [old, next] = [rootOf(before), rootOf(after)];
  if (old === undefined || next === undefined) return false;
  const { sysctls } = next.spec;
  const mixed = { ...old.spec, ...splitWorkload(next.spec).cell, sysctls } as WorkloadSpec;
  return describeWorkloadChange(old.spec, mixed).some(({ recreates }) => recreates);
}

/** Returns whether this container has to be recreated, for a field of its own. Pure. */
export function needsNewContainerOf(before: ContainerDocument, after: ContainerDocument): boolean {
  const mixed = { ...before.spec, ...splitWorkload(after.spec).container } as WorkloadSpec;
  return describeWorkloadChange(before.spec, mixed).some(({ recreates }) => recreates);
}

function prefixed(path: string, fields: readonly FieldChange[]): readonly FieldChange[] {
  return fields.map((field) => ({ ...field, path: `${path}.${field.path}` }));
}

type Labels = CellDocument['labels'];

/** Every label that differs. Pure. */
export function describeLabels(before: Labels, after: Labels): readonly FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => ({
      path: `metadata.labels.${key}`,
      ...(before[key] !== undefined && { before: before[key] }),
      ...(after[key] !== undefined && { after: after[key] }),
      recreates: false,
    }));
}
