/** One answer of a capsule, as it came. A recording is a file of these for each test file, one a line. */
export type Row = CallRow | ProgramRow;

/** A call of the API. */
export interface CallRow {
  readonly kind: 'call';
  /** `/capsule.v1.WorkloadService/Get` */
  readonly method: string;
  /** Frames of gRPC. */
  readonly sent: Kept;
  readonly received: Kept;
  /** The trailers: `grpc-status` and its like; empty for a call that was left, or cut off. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** A run of a program. */
export interface ProgramRow {
  readonly kind: 'program';
  readonly program: string;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stdout: Kept;
  readonly stderr: Kept;
  /** Its output depends on the time that it took. */
  readonly isTerminal: boolean;
}

/** Bytes, of which a recording has the first. */
export interface Kept {
  readonly base64: string;
}
