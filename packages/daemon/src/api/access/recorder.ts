import type { AuditLog } from '../../audit/log.ts';
import type { AuditEntry } from '../../audit/record.ts';
import { type Caller, LOCAL_NAME } from '../../identity/caller.ts';
import type { RecordedCall, Recorder } from './audit-edge.ts';
import { rpcName } from './check-right.ts';

/** Refused calls of one key, and of all unknown callers, that are recorded: they must not push others out of the log. */
const REFUSALS = { most: 30, perMs: 60_000 } as const;

export interface RecorderParts {
  readonly audit: AuditLog;
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

/** Records calls in the audit log; of the refused ones of one key, and of all that unknown callers make, 30 in a minute. */
export function createRecorder({ audit, now, monotonicMs }: RecorderParts): Recorder {
  const refused = new Map<string, number>();
  let startsAgainAt = 0;
  const isOverLimit = (caller: string) => {
    if (monotonicMs() >= startsAgainAt) {
      refused.clear();
      startsAgainAt = monotonicMs() + REFUSALS.perMs;
    }
    const count = (refused.get(caller) ?? 0) + 1;
    refused.set(caller, count);
    return count > REFUSALS.most;
  };
  return (call, result) => {
    const limited = limitedCaller(call, result);
    if (limited !== undefined && isOverLimit(limited)) return;
    audit.append(entryOf(call, result, now()));
  };
}

/** Undefined for a call that is always recorded. An unknown caller changes nothing: who adopts is known from then on. */
function limitedCaller({ caller }: RecordedCall, result: string): string | undefined {
  if (caller.kind === 'unknown') return '';
  return caller.kind === 'key' && result.startsWith('AUTH_') ? caller.kid : undefined;
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
