import { setTimeout as delay } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { microVmError } from '../errors.ts';
import type { GuestClient } from '../guest/guest-client.ts';

/** Writing out what the guest's memory holds: a slow disk takes its time. */
const FREEZE_LIMIT_MS = 60_000;
/** A guest lets go by itself ten seconds after it was last told to hold. */
const AGAIN_EVERY_MS = 2_000;
const AGAIN_LIMIT_MS = 6_000;

export interface HoldParts {
  readonly guest: GuestClient;
  /** For people. */
  readonly container: string;
  readonly volume: string;
}

/**
 * Does `work` while a guest holds back what it writes to a volume, with all that it wrote before on the device. A
 * capsuled that dies meanwhile leaves nothing to undo: the guest lets go. Fails with `MICROVM_AGENT_SILENT`, also
 * when `work` is done and the guest may have let go before.
 */
export async function holdStill<T>(parts: HoldParts, work: () => Promise<T>): Promise<T> {
  const isMounted = await freeze(parts, FREEZE_LIMIT_MS);
  if (!isMounted) return work();
  const done = new AbortController();
  const kept = keepFrozen(parts, done.signal);
  try {
    const result = await work();
    done.abort();
    await kept;
    return result;
  } finally {
    done.abort();
    await kept.catch(toldElsewhere);
    const { guest, volume: name } = parts;
    await guest
      .calls()
      .then((calls) => calls.thaw({ name }))
      .catch(ignore);
  }
}

async function keepFrozen(parts: HoldParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(AGAIN_EVERY_MS, undefined, { signal }).catch(ignore);
    if (!signal.aborted) await freeze(parts, AGAIN_LIMIT_MS);
  }
}

/** Answers whether it is mounted there: a payload that is over has written everything. */
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
    const detail = `it was asked to hold back what it writes to volume ${volume}: ${rawMessage}`;
    throw microVmError.AGENT_SILENT({ container, detail }, error);
  }
}

/** The error of the work comes first. */
function toldElsewhere(): void {}

/** It lets go by itself. */
function ignore(): void {}
