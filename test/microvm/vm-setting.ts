import type { CapsuleClient } from '@capsule/api/wire';
import type { RunOptions, RunResult } from '@capsule/host';

/** A capsule in which microVMs can run, wherever that is, and what a test does to it beside its API. */
export interface VmSetting {
  readonly client: CapsuleClient;
  /** Where this process finds a static busybox, for the images. */
  readonly busybox: string;
  /** How many times longer than on a machine of its own everything takes here. */
  readonly slowness: number;
  /** Runs a program of the capsule where capsuled runs; fails as `run` does. */
  exec(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Kills capsuled with -9 and resolves when the one that was started in its place answers. */
  killCapsuled(): Promise<void>;
}

/** As in a manifest: `microVm.backend`. */
export type Backend = 'qemu' | 'firecracker';
