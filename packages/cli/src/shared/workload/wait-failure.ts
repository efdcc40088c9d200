import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { cliError } from '../../errors.ts';
import { describeLastLines } from './last-lines.ts';
import { hasEnded, isRolledBack } from './outcome.ts';
import { describeState } from './state.ts';

/** Explains why the waits of one command failed, with what the programs printed last. */
export class WaitFailures {
  readonly #client: CapsuleClient;
  readonly #signal: AbortSignal;
  /** Of those that are rolled back: read before the program that came back prints. */
  readonly #printed = new Map<string, string>();

  constructor(client: CapsuleClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Looks at a state on the way; `first` is the one that the wait began with. */
  async note(workload: ReportedWorkload, first: ReportedWorkload): Promise<void> {
    const { name } = workload.spec;
    if (!isRolledBack(workload, first) || this.#printed.has(name)) return;
    this.#printed.set(name, await this.#lastLines(name));
  }

  /** The error of a state that was judged as failed. */
  async describe(workload: ReportedWorkload) {
    const { spec, status, desired } = workload;
    const { name } = spec;
    const printed = this.#printed.get(name);
    if (desired === 'deleting') return cliError.WORKLOAD_DELETED({ name });
    if (desired === 'stopped') return cliError.WORKLOAD_STOPPED({ name });
    if (status.rolledBack !== undefined && printed !== undefined) {
      const { from, why } = status.rolledBack;
      const state = describeState(workload);
      return cliError.ROLLED_BACK({ name, generation: from, detail: why, printed, state });
    }
    if (!hasEnded(workload)) return describeStuck(workload);
    const isDone = status.exitCode === 0 && spec.restartPolicy !== 'never';
    const how = status.message;
    return cliError.WORKLOAD_ENDED({ name, how, isDone, printed: await this.#lastLines(name) });
  }

  #lastLines(name: string): Promise<string> {
    return describeLastLines(this.#client, { name }, this.#signal);
  }
}

function describeStuck(workload: ReportedWorkload) {
  const { spec, status } = workload;
  const expected = status.phase === 'running' ? 'ready' : 'running';
  const state = describeState(workload);
  const facts = {
    name: spec.name,
    expected,
    state,
    detail: status.message,
    fix: status.hint?.text,
  };
  return cliError.WORKLOAD_FAILED(facts);
}
