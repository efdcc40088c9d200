import { setTimeout as delay } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { microVmError } from '../errors.ts';
import type { GuestClient } from '../guest/guest-client.ts';

/** The guest flushes its memory to the volume, which takes a while on a slow disk. */
const FREEZE_LIMIT_MS = 60_000;
/** A guest thaws by itself ten seconds after the last request to freeze. */
const AGAIN_EVERY_MS = 2_000;
const AGAIN_LIMIT_MS = 6_000;

export interface HoldParts {
  readonly guest: GuestClient;
  /** Named in errors. */
  readonly container: string;
  readonly volume: string;
  readonly againEveryMs?: number;
}

/**
 * Runs `work` while a guest has frozen a volume, with all earlier writes flushed to the device. If capsuled
 * dies meanwhile, the guest thaws by itself. Fails with `MICROVM_AGENT_SILENT`, also after `work`, when the
 * guest may have thawed too early.
 */
export async function whileFrozen<T>(parts: HoldParts, work: () => Promise<T>): Promise<T> {
  const isMounted = await freeze(parts, FREEZE_LIMIT_MS);
  if (!isMounted) return work();
  const done = new AbortController();
  const kept = keepFrozen(parts, done.signal);
  // The work may take longer than the guest lives, and this is awaited only after it.
  kept.catch(reportedByWork);
  try {
    const result = await work();
    done.abort();
    await kept;
    return result;
  } finally {
    done.abort();
    await kept.catch(reportedByWork);
    const { guest, volume: name } = parts;
    await guest
      .calls()
      .then((calls) => calls.thaw({ name }))
      .catch(ignore);
  }
}

async function keepFrozen(parts: HoldParts, signal: AbortSignal): Promise<void> {
  const { againEveryMs = AGAIN_EVERY_MS } = parts;
  while (!signal.aborted) {
    await delay(againEveryMs, undefined, { signal }).catch(ignore);
    if (!signal.aborted) await freeze(parts, AGAIN_LIMIT_MS);
  }
}

/** Returns whether the volume is mounted in the guest; a payload that has ended has written everything. */
async function freeze(
  { guest, volume, container }: HoldParts,
  timeoutMs: number,
): Promise<boolean> {
  try {
    await (await guest.calls()).freeze({ name: volume }, { timeoutMs });
    return true;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    if (code === Code.FailedPrecondition) return false;
    const detail = `it could not freeze volume ${volume}: ${rawMessage}`;
    throw microVmError.AGENT_SILENT({ container, detail }, error);
  }
}

/** The error of the work takes precedence. */
function reportedByWork(): void {}

/** The guest thaws by itself. */
function ignore(): void {}
