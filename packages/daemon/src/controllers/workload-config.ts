import { isDeepStrictEqual } from 'node:util';
import {
  type DesiredState,
  manifestError,
  validateWorkload,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import { workloadError } from './errors.ts';

export type WorkloadChange = 'created' | 'configured' | 'unchanged';

export interface WorkloadConfigParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly now: () => number;
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
   * comes back under the new wish. Without `desired`, a new workload is to run and another keeps
   * what was desired of it. Fails with `MANIFEST_SPEC_INVALID`, `WORKLOAD_PORT_TAKEN` or
   * `ADDRESS_EXHAUSTED`, and then has changed nothing.
   */
  apply(
    spec: WorkloadSpec,
    desired?: DesiredState,
  ): { readonly record: WorkloadRecord; readonly change: WorkloadChange } {
    const problems = validateWorkload(spec);
    if (problems.length > 0) throw manifestError.SPEC_INVALID({ name: spec.name, problems });
    const { db, specs, onChange } = this.#parts;
    const change = db.transaction(() => this.#write(spec, desired));
    const record = specs.get(spec.name);
    if (record === undefined) throw workloadError.NOT_FOUND({ name: spec.name });
    if (change !== 'unchanged') onChange(spec.name);
    return { record, change };
  }

  /** Asks for a workload to go. Answers whether there was one. Idempotent. */
  delete(name: string): boolean {
    return this.#desire(name, 'deleting');
  }

  #write(spec: WorkloadSpec, desired: DesiredState | undefined): WorkloadChange {
    const { specs, addresses, now } = this.#parts;
    const before = specs.get(spec.name);
    this.#checkPorts(spec);
    if (spec.networkMode === 'bridge') addresses.claim(spec.name);
    if (before === undefined) {
      specs.insert(spec, desired ?? 'running', now());
      return 'created';
    }
    if (before.desired === 'deleting') {
      specs.replace(spec, desired ?? 'running', now());
      return 'created';
    }
    const wanted = desired ?? before.desired;
    if (wanted === before.desired && isDeepStrictEqual(before.spec, spec)) return 'unchanged';
    specs.update(spec, { desired: wanted, isNewRevision: true });
    return 'configured';
  }

  #checkPorts(spec: WorkloadSpec): void {
    const wanted = new Set(spec.ports.map((port) => `${port.hostPort}/${port.protocol}`));
    for (const other of this.#parts.specs.list()) {
      if (other.spec.name === spec.name || other.desired === 'deleting') continue;
      for (const { hostPort, protocol } of other.spec.ports) {
        const port = `${hostPort}/${protocol}`;
        if (!wanted.has(port)) continue;
        throw workloadError.PORT_TAKEN({ name: spec.name, port, holder: other.spec.name });
      }
    }
  }

  #desire(name: string, desired: DesiredState): boolean {
    const { db, specs, onChange } = this.#parts;
    const record = db.transaction(() => {
      const before = specs.get(name);
      if (before !== undefined && before.desired !== desired)
        specs.update(before.spec, { desired });
      return before;
    });
    if (record !== undefined) onChange(name);
    return record !== undefined;
  }
}
