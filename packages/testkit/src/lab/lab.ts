import type { RunOptions, RunResult } from '@capsule/host';
import type { LabRegistry } from '../registry/lab-registry.ts';

/** A throwaway capsule with everything that a test wants to do to it and see of it. */
export interface Lab extends AsyncDisposable {
  readonly name: string;
  /** For `CAPSULE_HOST` and `connectCapsule`. */
  readonly host: string;
  /** The capsule's address, and the host's on the same wire. */
  readonly address: string;
  readonly hostAddress: string;
  /** On the host: state (`perm/` inside), network namespace, PID 1. */
  readonly stateDir: string;
  readonly netns: string;
  readonly pid: number;
  /** Milliseconds from starting it to its API's first answer. */
  readonly readyMs: number;
  /** Stands in for docker.io; absent when the lab was started without. */
  readonly registry: LabRegistry | undefined;
  /** Environment in which commands find this capsule and this checkout's programs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs capsulectl against it. Never fails for an exit code: look at it. */
  capsulectl(...args: string[]): Promise<RunResult>;
  /** The same with input, a time limit or a signal. */
  capsulectlWith(options: RunOptions, ...args: string[]): Promise<RunResult>;
  /** Runs a program of the rootfs in all of the capsule's namespaces; fails as `run` does. */
  exec(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs a program of the host in the capsule's network only. */
  onItsNetwork(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** `ctr` in the namespace of the capsule's workloads. */
  ctr(...args: string[]): Promise<RunResult>;
  /** Kills capsuled with -9 and resolves when that process is gone; PID 1 starts it again. */
  killCapsuled(): Promise<void>;
  /** The same for containerd. */
  killContainerd(): Promise<void>;
  /** The host's pid of a service of PID 1. */
  servicePid(service: 'capsuled' | 'containerd'): Promise<number>;
  /** Resolves when the API answers; use it after a kill. Milliseconds it took. */
  ready(): Promise<number>;
  /** Powers the capsule off and starts it again with the same state. */
  restart(): Promise<void>;
  /** Everything that its console and its launcher printed, for a failed test. */
  logs(): Promise<string>;
}
