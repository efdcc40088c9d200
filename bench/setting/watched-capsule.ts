import { connectCapsule } from '@capsule/api/node';
import {
  type CapsuleClient,
  type MicroVMBackend,
  type Workload,
  WorkloadKind,
  WorkloadPhase,
} from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Lab } from '@capsule/testkit';
import { benchError } from '../errors.ts';
import type { MeasuredCapsule } from './measured-capsule.ts';

type Seen = Workload | 'gone';

interface Mount {
  readonly volumeName: string;
  readonly mountPath: string;
}

/** The settings that a benchmark chooses for a microVM; all others keep their defaults. */
export interface MicroVmSpec {
  readonly image?: string;
  readonly command?: string[];
  readonly memoryMib?: number;
  readonly backend?: MicroVMBackend;
}

type Spec = NonNullable<Parameters<CapsuleClient['workload']['apply']>[0]['workload']>;
type ApplySpec = Spec & { readonly name: string };

/** A capsule with the image in it, and one client that follows all workloads. */
export class WatchedCapsule<P extends MeasuredCapsule = Lab> implements AsyncDisposable {
  readonly lab: P;
  readonly client: CapsuleClient;
  readonly image: string;
  readonly #latest = new Map<string, Seen>();
  readonly #waiting = new Set<() => void>();
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #isOver = false;

  private constructor(lab: P, image: string) {
    this.lab = lab;
    this.client = connectCapsule(lab.host);
    this.image = image;
  }

  /** Watches a running capsule that has the image. Disposing the result stops the capsule. */
  static follow<P extends MeasuredCapsule>(place: P, image: string): WatchedCapsule<P> {
    const capsule = new WatchedCapsule(place, image);
    capsule.#ended = capsule.#follow();
    return capsule;
  }

  /** The time from the call of Apply until the process runs, in milliseconds. */
  run(name: string, more: { readonly mounts?: readonly Mount[] } = {}): Promise<number> {
    const container = { image: this.image, mounts: [...(more.mounts ?? [])] };
    return this.#apply({ name, kind: WorkloadKind.CONTAINER, container });
  }

  /** The same for a microVM. It uses the same image, unless the settings name another one. */
  runMicroVm(name: string, microVm: MicroVmSpec = {}): Promise<number> {
    const spec = { image: this.image, ...microVm };
    return this.#apply({ name, kind: WorkloadKind.MICRO_VM, microVm: spec });
  }

  /** Applies all of them concurrently. Returns the time until the last one runs, in milliseconds. */
  async runAll(names: readonly string[]): Promise<number> {
    const begunAt = performance.now();
    await Promise.all(names.map((name) => this.run(name)));
    return performance.now() - begunAt;
  }

  /**
   * Stops the workload and starts it again. Returns the time from the first call until it runs, in
   * milliseconds.
   */
  async cycle(name: string): Promise<number> {
    const begunAt = performance.now();
    await this.client.workload.stop({ name });
    await this.#until(name, (seen) => !isRunning(seen, name));
    await this.client.workload.start({ name });
    await this.#until(name, isRunning);
    return performance.now() - begunAt;
  }

  /** The path of a file of the capsule, as the host sees it. */
  pathOf(path: string): string {
    return `/proc/${this.lab.pid}/root${path}`;
  }

  /** Runs `true` in the workload. Returns the time from the call to its end, in milliseconds. */
  async exec(name: string): Promise<number> {
    const begunAt = performance.now();
    const config = { name, command: ['true'], noStdin: true };
    const request = async function* () {
      yield { payload: { case: 'config' as const, value: config } };
    };
    for await (const { payload } of this.client.workload.exec(request())) {
      if (payload.case === 'exit' && payload.value.exitCode === 0) {
        return performance.now() - begunAt;
      }
    }
    throw benchError.COMMAND_FAILED({ command: 'exec', said: 'it did not end with 0' });
  }

  /** Resolves when they are removed. */
  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(
      names.map(async (name) => {
        await this.client.workload.delete({ name });
        await this.#until(name, (seen) => seen === 'gone');
        this.#latest.delete(name);
      }),
    );
  }

  async #apply(workload: ApplySpec): Promise<number> {
    const begunAt = performance.now();
    await this.client.workload.apply({ workload });
    await this.#until(workload.name, isRunning);
    return performance.now() - begunAt;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    try {
      for await (const { workload, deleted } of this.client.workload.watch({}, { signal })) {
        if (workload !== undefined) this.#latest.set(workload.name, deleted ? 'gone' : workload);
        this.#wake();
      }
    } catch (error) {
      if (!signal.aborted && !isCapsuleError(error)) throw error;
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #until(name: string, isIt: (seen: Seen, name: string) => boolean): Promise<void> {
    for (;;) {
      const seen = this.#latest.get(name);
      if (seen !== undefined && isIt(seen, name)) return;
      if (this.#isOver) throw benchError.WATCH_ENDED({ waitingFor: name });
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    this.client.close();
    await this.lab[Symbol.asyncDispose]();
  }
}

function isRunning(seen: Seen, name: string): boolean {
  if (seen === 'gone') return false;
  const { phase, message } = seen.status ?? {};
  if (phase === WorkloadPhase.FAILED) {
    throw benchError.WORKLOAD_FAILED({ name, said: message ?? '' });
  }
  return phase === WorkloadPhase.RUNNING;
}
