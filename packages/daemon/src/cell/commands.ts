import {
  type CellId,
  type CellRecord,
  type ContainerRecord,
  type ContainerRef,
  type DesiredState,
  isRunDue,
  isRunOver,
  nameOfCell,
  type WorkloadStatus,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Cells } from '../store/cells.ts';
import type { Admission } from '../workload/admission/admission.ts';
import { cellError, type RootVerb } from './errors.ts';
import { requireCell, requireStaying, requireStayingContainer } from './require-cell.ts';

export interface CellCommandsParts {
  readonly db: Database;
  readonly cells: Cells;
  readonly admission: Pick<Admission, 'checkCell'>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  /** Stores an event of a container, in the transaction of the change. */
  readonly note: (record: ContainerRecord, reason: string, message: string) => void;
  /** Called after a cell is stored. */
  readonly onChange: (cell: CellId) => void;
}

/**
 * Changes the desired state of cells, and of containers in them. Each call returns whether it changes
 * anything, and fails with `CELL_NOT_FOUND` and `CELL_BEING_DELETED`. Idempotent.
 */
export class CellCommands {
  readonly #parts: CellCommandsParts;

  constructor(parts: CellCommandsParts) {
    this.#parts = parts;
  }

  /** Also starts the containers that an operator stopped one by one. Fails as `Admission.checkCell`. */
  start(id: CellId): boolean {
    return this.#change(id, 'asked to start', (before) => {
      const due = this.#dueOf(before);
      if (before.desired === 'running' && due.length === 0) return false;
      this.#desire(before, 'running');
      for (const one of due) {
        this.#parts.cells.desire(one.ref, 'running');
        this.#begin(one);
      }
      return true;
    });
  }

  /** The containers that a start of the cell would start. */
  dueToStart(id: CellId): readonly ContainerRef[] {
    return this.#dueOf(requireStaying(this.#parts.cells, id)).map(({ ref }) => ref);
  }

  /**
   * Another grace period replaces that of a stop in progress. A cell whose root has ended well is stopped
   * already; from now on nothing but a start makes it run.
   */
  stop(id: CellId, stopGraceMs?: number): boolean {
    return this.#change(id, 'asked to stop', (before) => {
      const isNew = before.desired !== 'stopped';
      const isOther = before.containers.some((one) => one.stopGraceMs !== stopGraceMs);
      if (!isNew && (stopGraceMs === undefined || !isOther)) return false;
      this.#desire(before, 'stopped');
      for (const one of before.containers) this.#setGrace(one, stopGraceMs);
      return isNew && !before.containers.slice(0, 1).some((root) => this.#isDone(root));
    });
  }

  /** Stops the containers that run, and starts those that an operator did not stop one by one. */
  restart(id: CellId, stopGraceMs?: number): void {
    this.#change(id, 'asked to start again', (before) => {
      this.#desire(before, 'running');
      for (const one of before.containers) this.#begin(one, stopGraceMs);
      return true;
    });
  }

  /**
   * Returns whether the cell existed; `force` kills it at once. Fails with `CELL_NOT_EMPTY` for one
   * with containers other than its root, unless `cascade` is set.
   */
  delete(id: CellId, { force = false, cascade = false } = {}): boolean {
    const { db, cells, note, onChange } = this.#parts;
    return db.transaction(() => {
      const before = cells.get(id);
      if (before === undefined) return false;
      if (!cascade) checkAlone(before);
      this.#desire(before, 'deleting');
      for (const one of before.containers) {
        this.#setGrace(one, graceOfDelete(one, force));
        note(one, 'Deleting', describeDelete(force));
      }
      db.afterCommit(() => onChange(id));
      return true;
    });
  }

  /**
   * Fails with `CELL_CELL_STOPPED` for a container whose cell is not to run, or whose root has ended for good; with
   * `CELL_PAUSED` for a sibling whose root is paused.
   */
  startContainer(ref: ContainerRef): boolean {
    return this.#changeContainer(ref, 'asked to start', (container, cell) => {
      this.#checkRunning(container, cell);
      if (this.#parts.statusOf(ref).phase !== 'running') this.#checkGoing(container, cell);
      if (container.desired === 'running' && !this.#isWaiting(container)) return false;
      this.#parts.cells.desire(ref, 'running');
      this.#begin(container);
      return true;
    });
  }

  /** Fails with `CELL_ROOT_ALONE`. `verb` names the request in that error: `stopped`, `killed`. */
  stopContainer(
    ref: ContainerRef,
    verb: Exclude<RootVerb, 'deleted'>,
    stopGraceMs?: number,
  ): boolean {
    return this.#changeContainer(ref, `asked to be ${verb}`, (container) => {
      checkSibling(container, verb);
      const isNew = container.desired !== 'stopped';
      const isOther = stopGraceMs !== undefined && stopGraceMs !== container.stopGraceMs;
      if (!isNew) this.#parts.cells.keepStopped(ref);
      if (!isNew && !isOther) return false;
      this.#parts.cells.desire(ref, 'stopped');
      this.#setGrace(container, stopGraceMs);
      return isNew && !this.#isDone(container);
    });
  }

  /** A root restarts alone: its cell keeps namespaces and address. Fails as `startContainer`. */
  restartContainer(ref: ContainerRef, stopGraceMs?: number): void {
    this.#changeContainer(ref, 'asked to start again', (container, cell) => {
      this.#checkRunning(container, cell);
      this.#checkGoing(container, cell);
      this.#parts.cells.desire(ref, 'running');
      this.#begin(container, stopGraceMs);
      return true;
    });
  }

  /** Returns whether the container existed. Fails with `CELL_ROOT_ALONE`. */
  deleteContainer(ref: ContainerRef, force = false): boolean {
    const { db, cells, note, onChange } = this.#parts;
    return db.transaction(() => {
      const container = cells.container(ref);
      if (container === undefined) return false;
      checkSibling(container, 'deleted');
      cells.desire(ref, 'deleting');
      this.#setGrace(container, graceOfDelete(container, force));
      note(container, 'Deleting', describeDelete(force));
      db.afterCommit(() => onChange(ref.cell));
      return true;
    });
  }

  #change(id: CellId, message: string, change: (before: CellRecord) => boolean): boolean {
    const { db, cells, admission, note, onChange } = this.#parts;
    return db.transaction(() => {
      const before = requireStaying(cells, id);
      const isChanged = change(before);
      const after = cells.get(id);
      if (after?.desired === 'running' && isChanged) admission.checkCell(after, before);
      if (isChanged) for (const one of before.containers) note(one, 'Asked', message);
      db.afterCommit(() => onChange(id));
      return isChanged;
    });
  }

  #changeContainer(
    ref: ContainerRef,
    message: string,
    change: (container: ContainerRecord, cell: CellRecord) => boolean,
  ): boolean {
    const { db, cells, admission, note, onChange } = this.#parts;
    return db.transaction(() => {
      const before = requireCell(cells, ref.cell);
      const container = requireStayingContainer(cells, ref);
      const isChanged = change(container, before);
      const after = cells.get(ref.cell);
      if (after?.desired === 'running' && isChanged) admission.checkCell(after, before);
      if (isChanged) note(container, 'Asked', message);
      db.afterCommit(() => onChange(ref.cell));
      return isChanged;
    });
  }

  #dueOf({ desired, containers }: CellRecord): readonly ContainerRecord[] {
    const isStart = desired !== 'running';
    return containers.filter(
      (one) =>
        one.desired !== 'deleting' &&
        (isStart || one.desired === 'stopped' || this.#isWaiting(one)),
    );
  }

  #desire({ id, spec }: CellRecord, desired: DesiredState): void {
    this.#parts.cells.update(id, spec, desired);
  }

  #begin({ ref, spec }: ContainerRecord, stopGraceMs?: number): void {
    const next = { isNewRevision: false, isNewRun: true, stopGraceMs };
    this.#parts.cells.updateContainer(ref, spec, next);
  }

  #setGrace({ ref, spec }: ContainerRecord, stopGraceMs: number | undefined): void {
    const next = { isNewRevision: false, isNewRun: false, stopGraceMs };
    this.#parts.cells.updateContainer(ref, spec, next);
  }

  /** It is done, or waits for its next try. */
  #isWaiting(container: ContainerRecord): boolean {
    if (container.desired !== 'running') return false;
    const status = this.#parts.statusOf(container.ref);
    return isRunOver(container, status) || status.phase === 'failed';
  }

  /** It has ended well or with its cell, and no other run is asked for. */
  #isDone(container: ContainerRecord): boolean {
    const status = this.#parts.statusOf(container.ref);
    return !isRunDue(container, status) && status.phase === 'stopped';
  }

  #checkRunning({ ref }: ContainerRecord, { id, desired, containers }: CellRecord): void {
    const [root] = containers;
    const isEnded = root !== undefined && isRunOver(root, this.#parts.statusOf(root.ref));
    if (desired === 'running' && !isEnded) return;
    throw cellError.CELL_STOPPED({ cell: nameOfCell(id), container: ref.container });
  }

  /** A sibling would wait for as long as its root is paused. */
  #checkGoing({ ref, role }: ContainerRecord, { id, containers: [root] }: CellRecord): void {
    if (role === 'root' || root === undefined) return;
    if (this.#parts.statusOf(root.ref).reason !== 'Paused') return;
    throw cellError.PAUSED({ cell: nameOfCell(id), container: ref.container });
  }
}

function checkSibling({ ref, role }: ContainerRecord, verb: RootVerb): void {
  if (role === 'sibling') return;
  throw cellError.ROOT_ALONE({ verb, cell: nameOfCell(ref.cell), container: ref.container });
}

function checkAlone({ id, desired, containers }: CellRecord): void {
  const siblings = containers.filter(({ role }) => role === 'sibling');
  if (desired === 'deleting' || siblings.length === 0) return;
  const names = siblings.map(({ ref }) => ref.container);
  throw cellError.NOT_EMPTY({ cell: nameOfCell(id), siblings: names });
}

/** A stop in progress keeps its own grace period. */
function graceOfDelete({ desired, stopGraceMs }: ContainerRecord, force: boolean) {
  if (force) return 0;
  return desired === 'running' ? undefined : stopGraceMs;
}

function describeDelete(force: boolean): string {
  return force ? 'deletion requested; killed immediately' : 'deletion requested';
}
