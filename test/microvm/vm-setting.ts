import type { CapsuleClient } from '@capsule/api/wire';
import type { RunOptions, RunResult } from '@capsule/host';

/** A capsule that can run microVMs, and the actions of a test on it that do not use its API. */
export interface VmSetting {
  readonly client: CapsuleClient;
  /** The path of a static busybox, for the images. */
  readonly busybox: string;
  /** How much slower this machine is than a dedicated one. */
  readonly slowness: number;
  /** Runs a program in the namespaces of capsuled. Throws like `run`. */
  exec(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Kills capsuled with SIGKILL, and resolves when the new one answers. */
  killCapsuled(): Promise<void>;
}

/** As in a manifest: `microVm.backend`. */
export type Backend = 'qemu' | 'firecracker';
