import { randomUUID } from 'node:crypto';
import {
  type CellId,
  cellOfWorkload,
  type DesiredState,
  refOfWorkload,
  splitWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
  workloadOfCell,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import { Cells } from './cells.ts';
import { WorkloadStatuses } from './workload-statuses.ts';

/** What changes beside the spec. */
export interface SpecChange {
  readonly desired: DesiredState;
  /** The change needs a new container. */
  readonly isNewRevision?: boolean;
  /** Somebody asked for a start. */
  readonly isNewRun?: boolean;
  /** For a stop, instead of the spec's grace. */
  readonly stopGraceMs?: number | undefined;
}

/**
 * The specs: flat workloads, each of which is a cell of one container. Their rows are written by
 * `Cells`.
 */
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

  /** The workload that a cell is; undefined for any other cell. */
  of(cell: CellId): WorkloadRecord | undefined {
    const record = this.#cells.get(cell);
    return record && workloadOfCell(record);
  }

  /** A new spec: generation, revision and run 1, and an identity of its own. */
  insert(spec: WorkloadSpec, desired: DesiredState, now: number): void {
    const ref = refOfWorkload(spec.name);
    const { cell, container } = splitWorkload(spec);
    this.#db.transaction(() => {
      this.#cells.insert(ref.cell, cell, { uid: randomUUID(), desired, createdAt: now });
      this.#cells.insertContainer(ref, 'root', container);
    });
  }

  /** The same workload, another spec: the next generation, and what else `next` says. */
  update(spec: WorkloadSpec, next: SpecChange): void {
    const { desired, isNewRevision = false, isNewRun = false, stopGraceMs } = next;
    const ref = refOfWorkload(spec.name);
    const { cell, container } = splitWorkload(spec);
    this.#db.transaction(() => {
      this.#cells.update(ref.cell, cell, desired);
      this.#cells.updateContainer(ref, container, { isNewRevision, isNewRun, stopGraceMs });
    });
  }

  /** A new workload in the place of one that is being deleted: another identity, no past. */
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
