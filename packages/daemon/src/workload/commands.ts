import {
  type ApplyChange,
  type CapsuleError,
  type CellId,
  type ContainerRef,
  containerKey,
  type DesiredState,
  describeWorkloadChange,
  type FieldChange,
  isRunDue,
  isRunOver,
  manifestError,
  needsNewContainer,
  validateWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import { type Tried, tryAlone } from '../store/try-alone.ts';
import type { SpecChange, WorkloadSpecs } from '../store/workload-specs.ts';
import type { Admission, AppliedTogether } from './admission/admission.ts';
import { describeApplied } from './describe-applied.ts';
import { workloadError } from './errors.ts';

/** Outcome of an apply or of its rehearsal. */
export interface Applied {
  readonly record: WorkloadRecord;
  readonly change: ApplyChange;
  readonly fields: readonly FieldChange[];
  /** A new container replaces the one of the earlier spec. */
  readonly recreates: boolean;
}

export interface ApplyOptions {
  /** Absent: a new workload runs, and an existing one keeps its desired state. */
  readonly desired?: DesiredState | undefined;
  /** Check everything and return the outcome, but write nothing. */
  readonly dryRun?: boolean;
}

/** One of several workloads that are applied together. */
export interface DesiredWorkload {
  readonly spec: WorkloadSpec;
  readonly desired?: DesiredState | undefined;
}

/** Outcome for one of several workloads. */
export type ApplyOutcome =
  | { readonly spec: WorkloadSpec; readonly applied: Applied }
  | { readonly spec: WorkloadSpec; readonly error: CapsuleError };

export interface WorkloadCommandsParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly admission: Admission;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
  readonly now: () => number;
  /** Stores an event of a workload, in the transaction that stores its spec. */
  readonly note: (record: WorkloadRecord, reason: string, message: string) => void;
  /** Called after a new workload is stored in the place of one that is being deleted. */
  readonly onReplace: (ref: ContainerRef) => void;
  /** Called after a spec is stored. */
  readonly onChange: (cell: CellId) => void;
}

/** Validates specs, checks them against each other, and stores them. */
export class WorkloadCommands {
  readonly #parts: WorkloadCommandsParts;

  constructor(parts: WorkloadCommandsParts) {
    this.#parts = parts;
  }

  /**
   * Applies a spec, which survives a power cut on return. A workload that is being deleted is
   * recreated with the new spec. Fails with `MANIFEST_SPEC_INVALID` and as `Admission.check`,
   * before any change. Idempotent.
   */
  apply(spec: WorkloadSpec, { desired, dryRun = false }: ApplyOptions = {}): Applied {
    const [outcome] = this.applyAll([{ spec, desired }], { dryRun });
    if (outcome === undefined) throw workloadError.NOT_FOUND({ name: spec.name });
    if ('error' in outcome) throw outcome.error;
    return outcome.applied;
  }

  /**
   * Applies several workloads that may need each other: all of them, or none if one is refused.
   * Judges them together as they would be afterwards, so their order does not matter; does not
   * judge an unchanged one again. Outcomes are in the order of the specs. With `dryRun` it writes
   * nothing. Idempotent.
   */
  applyAll(
    workloads: readonly DesiredWorkload[],
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): readonly ApplyOutcome[] {
    return this.#parts.db.commitIf(
      () => this.#judge(workloads),
      (outcomes) => !dryRun && !outcomes.some((outcome) => 'error' in outcome),
    );
  }

  /**
   * Requests the deletion of a workload; `force` kills it at once. Returns whether it existed.
   * Idempotent.
   */
  delete(name: string, force = false): boolean {
    const { db, specs, note, onChange } = this.#parts;
    const record = db.transaction(() => {
      const before = specs.get(name);
      if (before === undefined) return undefined;
      if (before.desired === 'deleting' && (!force || before.stopGraceMs === 0)) return before;
      // A stop in progress keeps its own grace period.
      const standingMs = before.desired === 'running' ? undefined : before.stopGraceMs;
      specs.update(before.spec, { desired: 'deleting', stopGraceMs: force ? 0 : standingMs });
      note(
        before,
        'Deleting',
        force ? 'deletion requested; killed immediately' : 'deletion requested',
      );
      return before;
    });
    if (record !== undefined) onChange(record.ref.cell);
    return record !== undefined;
  }

  /**
   * Requests that a workload stops and stays stopped. Returns whether that changes anything;
   * another grace period replaces that of a stop in progress. Fails with `WORKLOAD_NOT_FOUND`,
   * `WORKLOAD_BEING_DELETED`. Idempotent.
   */
  stop(name: string, stopGraceMs?: number): boolean {
    return this.#change(name, (before) => {
      const isNew = before.desired !== 'stopped';
      if (!isNew && (stopGraceMs === undefined || stopGraceMs === before.stopGraceMs)) {
        return undefined;
      }
      return {
        next: { desired: 'stopped', stopGraceMs },
        note: isNew ? 'stop requested' : undefined,
      };
    });
  }

  /**
   * Requests a run of a workload that is stopped, done, or waiting for a retry. Returns whether
   * that changes anything. Fails as `stop`.
   */
  start(name: string): boolean {
    return this.#change(name, (before) => {
      const status = this.#parts.statusOf(before.ref);
      const isWaiting = isRunOver(before, status) || status.phase === 'failed';
      if (before.desired === 'running' && !isWaiting) return undefined;
      return { next: { desired: 'running', isNewRun: true }, note: 'start requested' };
    });
  }

  /** Requests that a workload is stopped, if it runs, and started. Fails as `stop`. */
  restart(name: string, stopGraceMs?: number): void {
    const next = { desired: 'running', isNewRun: true, stopGraceMs } as const;
    this.#change(name, () => ({ next, note: 'restart requested' }));
  }

  /**
   * Restores an earlier spec in the place of a failed one. Returns undefined if the spec has
   * changed meanwhile. Fails as `Admission.check` if others use a resource of the earlier spec by
   * now; the failed spec stays then.
   */
  rollBack(failed: WorkloadRecord, good: WorkloadSpec): WorkloadRecord | undefined {
    const { db, specs, admission, onChange } = this.#parts;
    return db.transaction(() => {
      const now = specs.get(failed.spec.name);
      if (now?.uid !== failed.uid || now.generation !== failed.generation) return undefined;
      const isNewRevision = needsNewContainer(now.spec, good);
      specs.update(good, { desired: now.desired, isNewRevision, isNewRun: isNewRevision });
      const record = this.#stored(good.name);
      admission.check(record, now);
      db.afterCommit(() => onChange(record.ref.cell));
      return record;
    });
  }

  #judge(workloads: readonly DesiredWorkload[]): readonly ApplyOutcome[] {
    const written = workloads.map((one) => this.#try(one.spec, () => this.#put(one)));
    const batch = new Map(
      written.flatMap((one) => {
        if ('error' in one) return [];
        return [[containerKey(one.result.applied.record.ref), one.result.before] as const];
      }),
    );
    const together = { batch, others: this.#parts.admission.claims() };
    return written.map((outcome) => {
      if ('error' in outcome) return outcome;
      const { spec, result } = outcome;
      const admitted = this.#try(spec, () => this.#admit(result, together));
      return 'error' in admitted ? admitted : { spec, applied: admitted.result };
    });
  }

  #try<T>(spec: WorkloadSpec, work: () => T): Tried<T> & { readonly spec: WorkloadSpec } {
    return { spec, ...tryAlone(this.#parts.db, work) };
  }

  #put({ spec, desired }: DesiredWorkload): Written {
    const { specs, now } = this.#parts;
    const problems = validateWorkload(spec);
    if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: spec.name, problems });
    const before = specs.get(spec.name);
    if (before === undefined && specs.isOtherCell(spec.name)) {
      throw workloadError.IS_CELL({ name: spec.name });
    }
    const isNew = before === undefined || before.desired === 'deleting';
    const fields = describeWorkloadChange(isNew ? undefined : before.spec, spec);
    const recreates = !isNew && needsNewContainer(before.spec, spec);
    const isSame = fields.length === 0;
    const change = this.#write(spec, before, { desired, isSame, recreates, now: now() });
    return { before, applied: { record: this.#stored(spec.name), change, fields, recreates } };
  }

  /** Does not judge an unchanged workload again: it exists, and keeps running or waiting. */
  #admit({ before, applied }: Written, together: AppliedTogether): Applied {
    const { db, admission, note, onChange } = this.#parts;
    const { record, change } = applied;
    if (change === 'unchanged') return applied;
    admission.check(record, before, together);
    note(record, 'Applied', describeApplied(record.generation, applied));
    db.afterCommit(() => onChange(record.ref.cell));
    return applied;
  }

  #stored(name: string): WorkloadRecord {
    const record = this.#parts.specs.get(name);
    if (record === undefined) throw workloadError.NOT_FOUND({ name });
    return record;
  }

  #write(
    spec: WorkloadSpec,
    before: WorkloadRecord | undefined,
    how: {
      readonly desired: DesiredState | undefined;
      readonly isSame: boolean;
      readonly recreates: boolean;
      readonly now: number;
    },
  ): ApplyChange {
    const { db, specs, onReplace } = this.#parts;
    if (before === undefined) {
      specs.insert(spec, how.desired ?? 'running', how.now);
      return 'created';
    }
    if (before.desired === 'deleting') {
      specs.replace(spec, how.desired ?? 'running', how.now);
      db.afterCommit(() => onReplace(before.ref));
      return 'created';
    }
    const wanted = how.desired ?? before.desired;
    if (wanted === before.desired && how.isSame) return 'unchanged';
    const isStarted = wanted === 'running' && (how.recreates || before.desired === 'stopped');
    const stopGraceMs = wanted === before.desired ? this.#standingGraceMs(before) : undefined;
    const next = { desired: wanted, isNewRevision: how.recreates, isNewRun: isStarted };
    specs.update(spec, { ...next, stopGraceMs });
    return 'configured';
  }

  /**
   * Returns the grace period of a stop or restart in progress. It does not apply to a later end of
   * the workload.
   */
  #standingGraceMs(before: WorkloadRecord): number | undefined {
    const isOver =
      before.desired === 'running' && !isRunDue(before, this.#parts.statusOf(before.ref));
    return isOver ? undefined : before.stopGraceMs;
  }

  #change(name: string, decide: (before: WorkloadRecord) => Decision | undefined): boolean {
    const { db, specs, admission, note, onChange } = this.#parts;
    return db.transaction(() => {
      const before = this.#stored(name);
      if (before.desired === 'deleting') throw workloadError.BEING_DELETED({ name });
      const decision = decide(before);
      if (decision === undefined) return false;
      specs.update(before.spec, decision.next);
      if (decision.next.desired === 'running') admission.check(this.#stored(name), before);
      if (decision.note !== undefined) note(before, 'Asked', decision.note);
      db.afterCommit(() => onChange(before.ref.cell));
      return true;
    });
  }
}

/** A spec that is stored, but not admitted yet. */
interface Written {
  readonly before: WorkloadRecord | undefined;
  readonly applied: Applied;
}

interface Decision {
  readonly next: SpecChange;
  readonly note: string | undefined;
}
