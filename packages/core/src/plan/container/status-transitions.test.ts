import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ContainerSeen } from '../../port/container-runtime.ts';
import { refOfWorkload } from '../../resource/cell/container-ref.ts';
import { isAlive } from '../../resource/cell/task-state.ts';
import { completeSpec } from '../../resource/workload/complete-spec.ts';
import { STATUS_STATES, type StatusReason } from '../../resource/workload/status-reason.ts';
import type { WorkloadRecord, WorkloadStatus } from '../../resource/workload/workload.ts';
import { containerRevision } from './container.ts';
import { statusWhenOutOfMemory } from './out-of-memory.ts';
import { statusWhenProbed } from './status-of-run.ts';
import { illegalTransition } from './status-transitions.ts';
import { isRunDue, isRunOver } from './workload-run.ts';
import {
  FIRST_STATUS,
  statusFromSeen,
  statusWhenFulfilled,
  statusWhenRefused,
  statusWhenRolledBack,
  statusWhenStarting,
  statusWhenWaiting,
} from './workload-status.ts';

const HEALTH_CHECK = {
  probe: { kind: 'tcp', port: 80 },
  intervalSeconds: 10,
  timeoutSeconds: 5,
  retries: 3,
  startPeriodSeconds: 0,
  onFailure: 'restart',
} as const;

/** A workload, its container and its status, as the daemon leads them: what can happen to it, by name. */
class Life {
  record: WorkloadRecord;
  status: WorkloadStatus = FIRST_STATUS;
  seen: ContainerSeen | undefined;
  readonly passed: (readonly [StatusReason, StatusReason])[] = [];
  #now = 0;
  #pid = 0;

  constructor(policy: 'always' | 'onFailure' | 'never', isChecked: boolean) {
    const check = isChecked ? { healthCheck: HEALTH_CHECK } : {};
    this.record = {
      ref: refOfWorkload('web'),
      role: 'root',
      uid: 'u',
      generation: 1,
      revision: 1,
      run: 1,
      createdAt: 0,
      desired: 'running',
      spec: completeSpec({ name: 'web', image: 'x', restartPolicy: policy, ...check }),
    };
  }

  readonly events: Readonly<Record<string, () => void>> = {
    look: () => this.look(),
    restartedDaemon: () => this.look(true),
    apply: () => {
      if (this.record.desired === 'deleting') return;
      this.#change({ revision: this.record.revision + 1 });
    },
    askToStart: () => {
      if (this.record.desired === 'deleting') return;
      this.#change({ desired: 'running', run: this.record.run + 1 });
    },
    askToStop: () => {
      if (this.record.desired !== 'deleting') this.#change({ desired: 'stopped' });
    },
    delete: () => this.#change({ desired: 'deleting' }),
    makeContainer: () => {
      this.look();
      if (this.record.desired !== 'running' || this.seen !== undefined) return;
      this.seen = {
        id: 'x',
        ref: this.record.ref,
        imageDigest: 'd',
        resources: {},
        task: 'none',
        revision: containerRevision(this.record),
      };
    },
    removeContainer: () => {
      if (this.seen !== undefined && !isAlive(this.seen.task)) this.seen = undefined;
    },
    start: () => {
      this.look();
      if (!this.#mayStart()) return;
      this.#to(statusWhenStarting(this.record, this.status));
      this.#pid += 1;
      this.#task({ task: 'running', pid: this.#pid });
    },
    refuseStart: () => {
      this.look();
      if (!this.#mayStart()) return;
      this.#to(statusWhenStarting(this.record, this.status));
      this.events['refuse']?.();
    },
    wait: () => {
      this.look();
      if (this.#mayStart()) this.#to(statusWhenWaiting(this.status, ['db']));
    },
    endWell: () => this.#end({ exitCode: 0 }),
    endBadly: () => this.#end({ exitCode: 3 }),
    kill: () => this.#end({ exitCode: 137 }),
    fault: () => this.#end({ exitCode: 255, fault: 'its kernel panicked' }),
    vanish: () => this.#task({ task: 'none' }),
    pause: () => this.seen?.task === 'running' && this.#task({ ...this.seen, task: 'paused' }),
    resume: () => this.seen?.task === 'paused' && this.#task({ ...this.seen, task: 'running' }),
    trouble: () => this.seen?.task === 'running' && this.#task({ ...this.seen, trouble: 'silent' }),
    unknown: () => this.seen !== undefined && this.#task({ ...this.seen, task: 'unknown' }),
    passProbe: () => this.#probed('healthy'),
    failProbe: () => this.#probed('unhealthy'),
    outOfMemory: () => this.#to(statusWhenOutOfMemory(this.record, this.status, this.#now)),
    refuse: () => this.#to(statusWhenRefused(this.record, this.status, new Error('full'), 5)),
    fulfil: () => this.#to(statusWhenFulfilled(this.record, this.status)),
    rollBack: () => {
      if (this.record.desired !== 'running') return;
      this.#change({ revision: this.record.revision + 1 });
      const to = this.record.generation;
      this.#to(statusWhenRolledBack(this.status, { from: to - 1, why: 'no', to }));
    },
    passTime: () => {
      this.#now += 10_000;
    },
  };

  look(isNewWatch = false): void {
    this.#now += 1;
    const moment = { now: this.#now, backOffMs: () => 1, isOutOfMemory: false, isNewWatch };
    this.#to(statusFromSeen(this.record, this.status, this.seen, { ...moment, pausedBy: [] }));
  }

  #mayStart(): boolean {
    const { record, seen, status } = this;
    if (record.desired !== 'running' || seen === undefined || isAlive(seen.task)) return false;
    if (seen.revision !== containerRevision(record)) return false;
    return isRunDue(record, status) || !isRunOver(record, status);
  }

  #change(change: Partial<WorkloadRecord>): void {
    const { generation, spec } = this.record;
    this.record = { ...this.record, ...change, spec, generation: generation + 1 };
  }

  #end(exit: Partial<ContainerSeen>): void {
    if (this.seen === undefined || !isAlive(this.seen.task)) return;
    this.#task({ task: 'stopped', exitedAt: this.#now, ...exit });
  }

  #task(change: Partial<ContainerSeen>): void {
    if (this.seen === undefined) return;
    const { id, ref, revision, imageDigest, resources, task } = this.seen;
    this.seen = { id, ref, revision, imageDigest, resources, task, ...change };
  }

  #probed(health: 'healthy' | 'unhealthy'): void {
    const { pid } = this.status;
    if (this.record.spec.healthCheck === undefined || this.status.reason === 'Paused') return;
    this.#to(statusWhenProbed(this.status, pid ?? 0, { health, detail: '' }));
  }

  #to(status: WorkloadStatus): void {
    this.passed.push([this.status.reason, status.reason]);
    this.status = status;
  }
}

const EVENTS = Object.keys(new Life('never', false).events);
const lives = fc.record({
  policy: fc.constantFrom('always' as const, 'onFailure' as const, 'never' as const),
  isChecked: fc.boolean(),
  events: fc.array(fc.constantFrom(...EVENTS), { minLength: 20, maxLength: 120 }),
});

test('no sequence of events causes a forbidden transition', () => {
  const states = new Set<string>();
  fc.assert(
    fc.property(lives, ({ policy, isChecked, events }) => {
      const life = new Life(policy, isChecked);
      for (const event of events) life.events[event]?.();
      for (const [before, after] of life.passed) {
        assert.equal(illegalTransition(before, after), undefined, `${before} to ${after}`);
        states.add(after);
      }
    }),
    { numRuns: 3_000, seed: 1 },
  );
  const met = STATUS_STATES.filter((state) => states.has(state));
  assert.deepEqual(met, STATUS_STATES);
});

test('each forbidden transition has a name, and an error is one state whatever its code', () => {
  assert.equal(illegalTransition('Deleting', 'Running'), 'risen');
  assert.equal(illegalTransition('Deleting', 'VOLUME_IN_USE'), undefined);
  assert.equal(illegalTransition('BackOff', 'Lost'), 'lostWithoutRun');
  assert.equal(illegalTransition('RUNTIME_UNAVAILABLE', 'Lost'), undefined);
  assert.equal(illegalTransition('Starting', 'Ready'), 'healthWithoutRun');
  assert.equal(illegalTransition('Stopped', 'Killed'), 'stoppedTwice');
  assert.equal(illegalTransition('INTERNAL', 'Accepted'), 'bornAgain');
  assert.equal(illegalTransition('Accepted', 'Accepted'), undefined);
});
