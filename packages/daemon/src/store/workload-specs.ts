import { randomUUID } from 'node:crypto';
import {
  type CellId,
  cellOfWorkload,
  type DesiredState,
  refOfWorkload,
  splitWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
  withLabels,
  workloadOfCell,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import { Cells } from './cells.ts';
import { WorkloadStatuses } from './workload-statuses.ts';

/** Changes of a workload, in addition to its spec. */
export interface SpecChange {
  readonly desired: DesiredState;
  /** The change needs a new container. */
  readonly isNewRevision?: boolean;
  /** The change begins a new run. */
  readonly isNewRun?: boolean;
  /** Grace period of a stop, instead of the spec's. */
  readonly stopGraceMs?: number | undefined;
}

/** Specs of flat workloads, each a cell with one container. `Cells` writes the rows. */
export class WorkloadSpecs {
  readonly #db: Database;
  readonly #cells: Cells;
  readonly #statuses: WorkloadStatuses;

  constructor(db: Database) {
    this.#db = db;
    this.#cells = new Cells(db);
    this.#statuses = new WorkloadStatuses(db);
  }

  list(): WorkloadRecord[] {
    return this.#cells.list().flatMap((cell) => workloadOfCell(cell) ?? []);
  }

  get(name: string): WorkloadRecord | undefined {
    return this.of(cellOfWorkload(name));
  }

  /** Returns the workload of a flat cell; undefined for any other cell. */
  of(cell: CellId): WorkloadRecord | undefined {
    const record = this.#cells.get(cell);
    return record && workloadOfCell(record);
  }

  /** Returns whether a cell that is no flat workload has the place of this one. */
  isOtherCell(name: string): boolean {
    const record = this.#cells.get(cellOfWorkload(name));
    return record !== undefined && workloadOfCell(record) === undefined;
  }

  /** Stores a new workload with generation, revision and run 1, and a new identity. */
  insert(spec: WorkloadSpec, desired: DesiredState, now: number): void {
    const ref = refOfWorkload(spec.name);
    const { cell, container } = splitWorkload(spec);
    this.#db.transaction(() => {
      this.#cells.insert(ref.cell, cell, { uid: randomUUID(), desired, createdAt: now });
      this.#cells.insertContainer(ref, 'root', container);
    });
  }

  /** Stores another spec of the workload as the next generation, with the changes in `next`. */
  update(spec: WorkloadSpec, next: SpecChange): void {
    const { desired, isNewRevision = false, isNewRun = false, stopGraceMs } = next;
    const ref = refOfWorkload(spec.name);
    const { cell, container } = splitWorkload(spec);
    const labels = this.#cells.get(ref.cell)?.spec.labels ?? {};
    this.#db.transaction(() => {
      this.#cells.update(ref.cell, withLabels(cell, labels), desired);
      this.#cells.updateContainer(ref, container, { isNewRevision, isNewRun, stopGraceMs });
    });
  }

  /** Replaces a workload that is being deleted by a new one with another identity and no history. */
  replace(spec: WorkloadSpec, desired: DesiredState, now: number): void {
    this.#db.transaction(() => {
      const cell = cellOfWorkload(spec.name);
      this.#statuses.forget(cell);
      this.#cells.renew(cell, { uid: randomUUID(), createdAt: now });
      this.update(spec, { desired, isNewRevision: true, isNewRun: true });
    });
  }

  /** Removes the record, unless the spec has changed since it was read. */
  remove({ ref, uid, generation }: WorkloadRecord): boolean {
    return this.#cells.remove({ id: ref.cell, uid, generation });
  }
}
