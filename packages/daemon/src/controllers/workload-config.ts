import {
  type DesiredState,
  describeSpecChange,
  type FieldChange,
  isRunOver,
  manifestError,
  needsNewContainer,
  type Resources,
  validateWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { Volumes } from '../store/volumes.ts';
import type { NextWish, WorkloadSpecs } from '../store/workload-specs.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkLimits } from './check-limits.ts';
import { checkPorts } from './check-ports.ts';
import { checkVolumes } from './check-volumes.ts';
import { workloadError } from './errors.ts';

export type WorkloadChange = 'created' | 'configured' | 'unchanged';

/** What an apply did, or would do. */
export interface Applied {
  readonly record: WorkloadRecord;
  readonly change: WorkloadChange;
  readonly fields: readonly FieldChange[];
  /** A container that was made for the earlier wish gives way to a new one. */
  readonly recreates: boolean;
}

export interface ApplyOptions {
  /** Absent: a new workload is to run, and another keeps what was desired of it. */
  readonly desired?: DesiredState | undefined;
  /** Check all, answer what would be, and write nothing. */
  readonly dryRun?: boolean;
}

export interface WorkloadConfigParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly volumes: Volumes;
  /** Limits that can be enforced here. */
  readonly limits: ReadonlySet<keyof Resources>;
  readonly statusOf: (name: string) => WorkloadStatus;
  readonly now: () => number;
  /** Writes into the story of a workload, in the transaction of the wish. */
  readonly note: (record: WorkloadRecord, reason: string, message: string) => void;
  /** Told after a wish is on disk. */
  readonly onChange: (name: string) => void;
}

/** Takes wishes: checks them against the rules and each other, and writes them down. */
export class WorkloadConfig {
  readonly #parts: WorkloadConfigParts;

  constructor(parts: WorkloadConfigParts) {
    this.#parts = parts;
  }

  /**
   * Idempotent. When it answers, the wish survives a power cut. A workload that is being deleted
   * comes back under the new wish. Fails with `MANIFEST_SPEC_INVALID`, `WORKLOAD_PORT_TAKEN`,
   * `WORKLOAD_LIMIT_UNAVAILABLE`, `WORKLOAD_DEPENDENCY_CYCLE`, `VOLUME_NOT_FOUND`, `VOLUME_IN_USE` or
   * `ADDRESS_EXHAUSTED`, and then has changed nothing.
   */
  apply(spec: WorkloadSpec, { desired, dryRun = false }: ApplyOptions = {}): Applied {
    const problems = validateWorkload(spec);
    if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: spec.name, problems });
    const apply = () => this.#apply(spec, desired);
    const { db, onChange } = this.#parts;
    if (dryRun) return db.rehearse(apply);
    const applied = db.transaction(apply);
    if (applied.change !== 'unchanged') onChange(spec.name);
    return applied;
  }

  /** Asks for a workload to go; `force` kills it at once. Answers whether there was one. Idempotent. */
  delete(name: string, force = false): boolean {
    const { db, specs, note, onChange } = this.#parts;
    const record = db.transaction(() => {
      const before = specs.get(name);
      if (before === undefined) return undefined;
      if (before.desired === 'deleting' && (!force || before.stopGraceMs === 0)) return before;
      // A stop that is under way with a grace of its own goes on with it.
      const standingMs = before.desired === 'running' ? undefined : before.stopGraceMs;
      specs.update(before.spec, { desired: 'deleting', stopGraceMs: force ? 0 : standingMs });
      note(before, 'Deleting', force ? 'asked to go, killed at once' : 'asked to go');
      return before;
    });
    if (record !== undefined) onChange(name);
    return record !== undefined;
  }

  /**
   * Asks for a workload to stop and stay. Answers whether that is news. Idempotent; another grace
   * takes the place of the one that is under way. Fails with `WORKLOAD_NOT_FOUND`,
   * `WORKLOAD_BEING_DELETED`.
   */
  stop(name: string, stopGraceMs?: number): boolean {
    return this.#wish(name, (before) => {
      const isNew = before.desired !== 'stopped';
      if (!isNew && (stopGraceMs === undefined || stopGraceMs === before.stopGraceMs)) {
        return undefined;
      }
      return {
        next: { desired: 'stopped', stopGraceMs },
        note: isNew ? 'asked to stop' : undefined,
      };
    });
  }

  /**
   * Asks for a stopped workload, or one whose job is done or waits for a retry, to run. Answers
   * whether that is news. Fails as `stop`.
   */
  start(name: string): boolean {
    return this.#wish(name, (before) => {
      const status = this.#parts.statusOf(name);
      const isWaiting = isRunOver(before, status) || status.phase === 'failed';
      if (before.desired === 'running' && !isWaiting) return undefined;
      this.#checkVolumes(before.spec);
      return { next: { desired: 'running', isNewRun: true }, note: 'asked to start' };
    });
  }

  /** Asks for a workload to end, where it runs, and to be started. Fails as `stop`. */
  restart(name: string, stopGraceMs?: number): void {
    const next = { desired: 'running', isNewRun: true, stopGraceMs } as const;
    this.#wish(name, ({ spec }) => {
      this.#checkVolumes(spec);
      return { next, note: 'asked to start again' };
    });
  }

  /** Puts an earlier wish in the place of one that failed. False when the wish has changed meanwhile. */
  rollBack(failed: WorkloadRecord, good: WorkloadSpec): WorkloadRecord | undefined {
    const { db, specs, onChange } = this.#parts;
    const record = db.transaction(() => {
      const now = specs.get(failed.spec.name);
      if (now?.uid !== failed.uid || now.generation !== failed.generation) return undefined;
      const isNewRevision = needsNewContainer(now.spec, good);
      specs.update(good, { desired: now.desired, isNewRevision, isNewRun: isNewRevision });
      return specs.get(good.name);
    });
    if (record !== undefined) onChange(good.name);
    return record;
  }

  #apply(spec: WorkloadSpec, desired: DesiredState | undefined): Applied {
    const { specs, addresses, note, now } = this.#parts;
    const before = specs.get(spec.name);
    checkLimits(spec, this.#parts.limits);
    checkPorts(spec, specs.list());
    checkDependencies(spec, (name) => specs.get(name)?.spec.dependsOn ?? []);
    if (spec.networkMode === 'bridge') addresses.claim(spec.name);
    if ((desired ?? standing(before)) === 'running') this.#checkVolumes(spec);
    const isNew = before === undefined || before.desired === 'deleting';
    const fields = describeSpecChange(isNew ? undefined : before.spec, spec);
    const recreates = !isNew && needsNewContainer(before.spec, spec);
    const isSame = fields.length === 0;
    const change = this.#write(spec, before, { desired, isSame, recreates, now: now() });
    const record = specs.get(spec.name);
    if (record === undefined) throw workloadError.NOT_FOUND({ name: spec.name });
    if (change !== 'unchanged') note(record, 'Applied', describeApplied(record, change, fields));
    return { record, change, fields, recreates };
  }

  #checkVolumes(spec: WorkloadSpec): void {
    const { specs, volumes, statusOf } = this.#parts;
    const isOver = (other: WorkloadRecord) => isRunOver(other, statusOf(other.spec.name));
    checkVolumes(spec, { volumes, others: specs.list(), isOver });
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
  ): WorkloadChange {
    const { specs } = this.#parts;
    if (before === undefined) {
      specs.insert(spec, how.desired ?? 'running', how.now);
      return 'created';
    }
    if (before.desired === 'deleting') {
      specs.replace(spec, how.desired ?? 'running', how.now);
      return 'created';
    }
    const wanted = how.desired ?? before.desired;
    if (wanted === before.desired && how.isSame) return 'unchanged';
    const isStarted = wanted === 'running' && (how.recreates || before.desired === 'stopped');
    const stopGraceMs = wanted === before.desired ? before.stopGraceMs : undefined;
    const next = { desired: wanted, isNewRevision: how.recreates, isNewRun: isStarted };
    specs.update(spec, { ...next, stopGraceMs });
    return 'configured';
  }

  #wish(name: string, decide: (before: WorkloadRecord) => Decision | undefined): boolean {
    const { db, specs, note, onChange } = this.#parts;
    const isNews = db.transaction(() => {
      const before = specs.get(name);
      if (before === undefined) throw workloadError.NOT_FOUND({ name });
      if (before.desired === 'deleting') throw workloadError.BEING_DELETED({ name });
      const decision = decide(before);
      if (decision === undefined) return false;
      specs.update(before.spec, decision.next);
      if (decision.note !== undefined) note(before, 'Asked', decision.note);
      return true;
    });
    if (isNews) onChange(name);
    return isNews;
  }
}

/** What is desired of it where an apply does not say. */
function standing(before: WorkloadRecord | undefined): DesiredState {
  return before === undefined || before.desired === 'deleting' ? 'running' : before.desired;
}

interface Decision {
  readonly next: NextWish;
  readonly note: string | undefined;
}

const PATHS_TOLD = 5;

function describeApplied(
  { generation }: WorkloadRecord,
  change: WorkloadChange,
  fields: readonly FieldChange[],
): string {
  if (change === 'created') return 'created as applied';
  const paths = fields.map(({ path }) => path);
  const more = paths.length > PATHS_TOLD ? ` and ${paths.length - PATHS_TOLD} more` : '';
  const told = paths.length === 0 ? 'desired state' : paths.slice(0, PATHS_TOLD).join(', ');
  return `generation ${generation}: ${told}${more} changed`;
}
