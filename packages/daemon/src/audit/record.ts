import { createHash } from 'node:crypto';

/** One call, as it is recorded. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The name of the key, `local root`, or empty for an unknown caller. */
  readonly who: string;
  readonly kid: string;
  /** An address, or `unix`. */
  readonly origin: string;
  /** `WorkloadService/Apply`. */
  readonly rpc: string;
  readonly object: string;
  /** `ok`, `started`, or the code of an error. */
  readonly result: string;
}

export interface AuditRecord extends AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
}

/** The hash of a record: over that of the one before it, and all other fields. Pure. */
export function hashOf(record: Omit<AuditRecord, 'hash'>): Buffer {
  const { sequence, at, who, kid, origin, rpc, object, result, previous } = record;
  const fields = JSON.stringify([sequence, at, who, kid, origin, rpc, object, result]);
  return createHash('sha256').update(previous).update(fields).digest();
}
