import type { ConnectOptions } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import type { ProgramManual } from '../manual.ts';
import type { CapsuleTarget } from './capsule-target.ts';
import type { Output } from './output.ts';
import type { Signals } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** Everything of the outside world that a command may touch. */
export interface Context {
  /** The program that runs: hints name its commands, completion offers them. */
  readonly program: ProgramManual;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts with an `Interruption` on Ctrl-C, SIGTERM, or when the reader of the output is gone. */
  readonly signal: AbortSignal;
  /** For commands that pass signals on instead of being ended by them. */
  readonly signals: Signals;
  /** Undefined where input or output is not a terminal. */
  readonly terminal: Terminal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where capsules of this machine put their sockets: `/run/capsule`. */
  readonly socketFolder: string;
  readonly connect: (target: CapsuleTarget, options?: ConnectOptions) => Promise<CapsuleClient>;
}
