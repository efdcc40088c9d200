import { randomUUID } from 'node:crypto';
import {
  type ApplyChange,
  type CapsuleError,
  type CellDocument,
  type CellId,
  type CellRecord,
  type ContainerDocument,
  type ContainerRecord,
  cellSpecOf,
  containerKey,
  containerSpecOf,
  type DesiredState,
  describeCellChange,
  describeContainerChange,
  documentOfCell,
  type FieldChange,
  levelOf,
  nameOfCell,
  needsNewContainerOf,
  needsNewContainers,
  type Place,
  placeOfCell,
  placeOfContainer,
  rootOf,
  shortPlace,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { ScopeCommands } from '../scope/commands.ts';
import type { Cells } from '../store/cells.ts';
import { tryAlone } from '../store/try-alone.ts';
import type { WorkloadStatuses } from '../store/workload-statuses.ts';
import type { Admission, AppliedTogether } from '../workload/admission/admission.ts';
import { claimsOf } from '../workload/admission/claims.ts';
import { describeApplied } from '../workload/describe-applied.ts';
import { checkDocument } from './check-document.ts';
import { cellError } from './errors.ts';
import { mergeContainer, stayingOf } from './merge-container.ts';

/** One of several cells and containers that are applied together. */
export type DesiredCell = (
  | { readonly cell: CellDocument; readonly container?: never }
  | { readonly container: ContainerDocument; readonly cell?: never }
) & {
  /** Of the cell. Absent: a new cell runs, and an existing one keeps its desired state. */
  readonly desired?: DesiredState | undefined;
  /** Refuse to change what exists. */
  readonly createOnly?: boolean;
};

/** Outcome of an apply or of its rehearsal. */
export interface AppliedCell {
  /** The cell that is declared, or that holds the declared container. */
  readonly record: CellRecord;
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
  /** New containers replace earlier ones. */
  readonly recreates: boolean;
  /** Parents that were missing, the outermost first; for a container also its cell. */
  readonly madeParents: readonly Place[];
}

export type CellOutcome = { readonly applied: AppliedCell } | { readonly error: CapsuleError };

export interface CellApplierParts {
  readonly db: Database;
  readonly cells: Cells;
  readonly statuses: Pick<WorkloadStatuses, 'forgetContainer'>;
  readonly scopes: Pick<ScopeCommands, 'ensureParents'>;
  readonly admission: Pick<Admission, 'checkCell' | 'claims'>;
  readonly now: () => number;
  /** Stores an event of a container, in the transaction that stores its spec. */
  readonly note: (record: ContainerRecord, reason: string, message: string) => void;
  /** Called after a cell is stored. */
  readonly onChange: (cell: CellId) => void;
}

/** Validates cells and single containers, checks them against each other, and stores them. */
export class CellApplier {
  readonly #parts: CellApplierParts;

  constructor(parts: CellApplierParts) {
    this.#parts = parts;
  }

  /**
   * Applies several cells and containers: all of them, or none if one is refused. Judges them
   * together as they would be afterwards; does not judge an unchanged one again. Outcomes are in the
   * order of `desired`. With `dryRun` it writes nothing. Idempotent.
   */
  applyAll(
    desired: readonly DesiredCell[],
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): readonly CellOutcome[] {
    return this.#parts.db.commitIf(
      () => this.#judge(desired),
      (outcomes) => !dryRun && !outcomes.some((outcome) => 'error' in outcome),
    );
  }

  #judge(desired: readonly DesiredCell[]): readonly CellOutcome[] {
    // All writes come before the first check, so that each finds the others as they would be.
    const written = desired.map((one) => tryAlone(this.#parts.db, () => this.#put(one)));
    // Of several changes of one cell the first knows its earlier record.
    const claimed = written.toReversed();
    const batch = new Map(
      claimed.flatMap((one) => ('error' in one ? [] : this.#claimedBy(one.result))),
    );
    const together = { batch, others: this.#parts.admission.claims() };
    return written.map((one) => {
      if ('error' in one) return one;
      const admitted = tryAlone(this.#parts.db, () => this.#admit(one.result, together));
      return 'error' in admitted ? admitted : { applied: admitted.result };
    });
  }

  #put({ cell, container, desired, createOnly = false }: DesiredCell): Written {
    if (container !== undefined) return this.#putContainer(container, desired, createOnly);
    const before = this.#standing(cell.id);
    const written = this.#putCell(cell, before, desired);
    if (createOnly) refuseChange(placeOfCell(cell.id), written);
    return written;
  }

  #putContainer(
    container: ContainerDocument,
    desired: DesiredState | undefined,
    createOnly: boolean,
  ): Written {
    const { ref } = container;
    const before = this.#standing(ref.cell);
    const { document, known } = mergeContainer(before, container);
    const whole = this.#putCell(document, before, desired);
    const isNew = known === undefined;
    const written: Written = {
      ...whole,
      change: isNew ? 'created' : whole.change,
      fields: describeContainerChange(known, container),
      recreates: !isNew && whole.recreates,
      madeParents: [...whole.madeParents, ...(before === undefined ? [placeOfCell(ref.cell)] : [])],
    };
    if (createOnly && !isNew) refuseChange(placeOfContainer(ref), written);
    return written;
  }

  #putCell(
    document: CellDocument,
    before: CellRecord | undefined,
    desired: DesiredState | undefined,
  ): Written {
    checkDocument(document);
    const { id } = document;
    if (before === undefined) {
      const madeParents = this.#parts.scopes.ensureParents(placeOfCell(id));
      this.#insert(document, desired ?? 'running');
      const fields = describeCellChange(undefined, document);
      return { id, before, change: 'created', fields, recreates: false, madeParents };
    }
    const fields = describeCellChange(documentOfCell(stayingOf(before)), document);
    const next = desired ?? before.desired;
    const recreates = fields.some((field) => field.recreates);
    const isSame = fields.length === 0 && next === before.desired;
    if (!isSame) this.#replace(document, before, next);
    const change = isSame ? 'unchanged' : 'configured';
    return { id, before, change, fields, recreates, madeParents: [] };
  }

  #standing(id: CellId): CellRecord | undefined {
    const before = this.#parts.cells.get(id);
    if (before?.desired === 'deleting') {
      throw cellError.BEING_DELETED({ level: 'cell', place: nameOfCell(id) });
    }
    if (before?.spec.kind === 'microVm') throw cellError.IS_MICRO_VM({ cell: nameOfCell(id) });
    return before;
  }

  #insert(document: CellDocument, desired: DesiredState): void {
    const { cells, now } = this.#parts;
    const rest = { uid: randomUUID(), desired, createdAt: now() };
    cells.insert(document.id, cellSpecOf(document), rest);
    for (const one of document.containers) this.#add(document, one);
  }

  #add(document: CellDocument, container: ContainerDocument): void {
    const role = container === rootOf(document) ? 'root' : 'sibling';
    const { cells, now } = this.#parts;
    cells.insertContainer(container.ref, role, containerSpecOf(container), now());
  }

  /** Fails with `CELL_ROOT_EXISTS`: a cell keeps its root. */
  #replace(document: CellDocument, before: CellRecord, desired: DesiredState): void {
    const { cells } = this.#parts;
    const stored = documentOfCell(before);
    checkRoot(stored, document);
    cells.update(document.id, cellSpecOf(document), desired);
    const isNewCell = needsNewContainers(stored, document);
    const isStart = desired === 'running' && before.desired !== 'running';
    const declared = new Map(document.containers.map((one) => [containerKey(one.ref), one]));
    for (const [at, one] of before.containers.entries()) {
      const next = declared.get(containerKey(one.ref));
      const old = stored.containers[at];
      declared.delete(containerKey(one.ref));
      if (next === undefined || old === undefined) cells.desire(one.ref, 'deleting');
      else
        this.#replaceContainer(one, next, {
          isStart,
          isNew: isNewCell || needsNewContainerOf(old, next),
        });
    }
    for (const one of declared.values()) this.#add(document, one);
  }

  #replaceContainer(
    before: ContainerRecord,
    next: ContainerDocument,
    { isStart, isNew }: { readonly isStart: boolean; readonly isNew: boolean },
  ): void {
    const { cells, statuses, now } = this.#parts;
    // A container that was on its way out comes back, as a new one without a history.
    const isBack = before.desired === 'deleting';
    if (isBack) {
      cells.desire(before.ref, 'running');
      statuses.forgetContainer(before.ref);
    }
    cells.updateContainer(before.ref, containerSpecOf(next), {
      isNewRevision: isNew || isBack,
      isNewRun: isNew || isBack || isStart,
      stopGraceMs: before.stopGraceMs,
      ...(isBack && { createdAt: now() }),
    });
  }

  /** The containers of an applied cell, each with its earlier record. */
  #claimedBy({ id, before }: Written) {
    const claims = before === undefined ? [] : claimsOf(before);
    const earlier = new Map(claims.map((claim) => [containerKey(claim.ref), claim]));
    const keys = this.#parts.cells.get(id)?.containers.map(({ ref }) => containerKey(ref)) ?? [];
    return keys.map((key) => [key, earlier.get(key)] as const);
  }

  #admit({ id, before, ...outcome }: Written, together: AppliedTogether): AppliedCell {
    const { db, cells, admission, note, onChange } = this.#parts;
    const record = cells.get(id);
    if (record === undefined) throw cellError.NOT_FOUND({ level: 'cell', place: nameOfCell(id) });
    if (outcome.change === 'unchanged') return { ...outcome, record };
    admission.checkCell(record, before, together);
    for (const one of record.containers)
      note(one, 'Applied', describeApplied(record.generation, outcome));
    db.afterCommit(() => onChange(id));
    return { ...outcome, record };
  }
}

/** A cell that is stored, but not admitted yet. */
interface Written extends Omit<AppliedCell, 'record'> {
  readonly id: CellId;
  readonly before: CellRecord | undefined;
}

/** Fails with `CELL_EXISTS` if the apply would change something that exists. */
function refuseChange(place: Place, { before, change, fields }: Written): void {
  if (before === undefined || change === 'unchanged') return;
  const paths = fields.map(({ path }) => path);
  throw cellError.EXISTS({ level: levelOf(place), place: shortPlace(place), fields: paths });
}

function checkRoot(before: CellDocument, after: CellDocument): void {
  const [kept, next] = [rootOf(before), rootOf(after)];
  if (kept === undefined || kept.ref.container === next?.ref.container) return;
  const facts = { root: kept.ref.container, container: next?.ref.container ?? 'no container' };
  throw cellError.ROOT_EXISTS({ cell: nameOfCell(before.id), ...facts });
}
