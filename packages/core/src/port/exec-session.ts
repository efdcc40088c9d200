/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** One more process in a running container. */
export interface ExecRequest {
  readonly command: readonly string[];
  /** In addition to the container's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Empty: the container's. */
  readonly workingDir: string;
  /** Name or number, optionally `:group`. Empty: the container's. */
  readonly user: string;
  /** Gives the process a terminal of that size; its output is then all `stdout`. */
  readonly terminal?: TerminalSize;
  /** Whether `write` and `closeInput` will be used; without, the process has an input that is at its end. */
  readonly hasInput: boolean;
}

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/**
 * A process that was started by `exec`. Dispose it always: that ends the process and all of its
 * session, where they still run, and removes what they were talked to with.
 */
export interface ExecSession extends AsyncDisposable {
  /** All that it writes, until it has ended. Nothing is read ahead of who iterates. Once. */
  readonly output: AsyncIterable<ExecOutput>;
  /** Its exit code, 128 and the signal's number when one ended it. Fails when the runtime is lost. */
  readonly exit: Promise<number>;
  /** Resolves when there is room for more. Data is dropped when the process no longer reads. */
  write(data: Uint8Array): Promise<void>;
  /** The input is at its end. Idempotent. */
  closeInput(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** A process that has ended is fine. */
  signal(number: number): Promise<void>;
}
