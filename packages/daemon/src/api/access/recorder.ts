import type { AuditLog } from '../../audit/log.ts';
import type { AuditEntry } from '../../audit/record.ts';
import { type Caller, LOCAL_NAME } from '../../identity/caller.ts';
import type { RecordedCall, Recorder } from './audit-edge.ts';
import { rpcName } from './check-right.ts';

/** Refused calls of unknown callers that are recorded: they must not push the others out of the log. */
const REFUSALS = { most: 30, perMs: 60_000 } as const;

export interface RecorderParts {
  readonly audit: AuditLog;
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

/** Records calls in the audit log; of those that unknown callers make, 30 in a minute. */
export function createRecorder({ audit, now, monotonicMs }: RecorderParts): Recorder {
  let left: number = REFUSALS.most;
  let refillAt = 0;
  return (call, result) => {
    if (call.caller.kind === 'unknown') {
      if (monotonicMs() >= refillAt) {
        left = REFUSALS.most;
        refillAt = monotonicMs() + REFUSALS.perMs;
      }
      if (left === 0) return;
      left -= 1;
    }
    audit.append(entryOf(call, result, now()));
  };
}

function entryOf({ caller, method, object }: RecordedCall, result: string, at: number): AuditEntry {
  return { at, ...partsOf(caller), rpc: rpcName(method), object, result };
}

function partsOf(caller: Caller): Pick<AuditEntry, 'who' | 'kid' | 'origin'> {
  switch (caller.kind) {
    case 'local':
      return { who: LOCAL_NAME, kid: '', origin: 'unix' };
    case 'key':
      return { who: caller.name, kid: caller.kid, origin: caller.from };
    case 'unknown':
      return { who: '', kid: '', origin: caller.from };
  }
}
