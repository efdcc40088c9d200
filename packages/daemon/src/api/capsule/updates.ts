import { type CapsuleService, type UpdateOSRequest, updateToProto } from '@capsule/api/wire';
import { isCapsuleError, TRIAL_SECONDS } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { UpdateCommands } from '../../update/commands.ts';
import { updateError } from '../../update/errors.ts';
import type { SentBundle } from '../../update/receive.ts';

type Service = ServiceImpl<typeof CapsuleService>;
type UpdateMethods = Pick<
  Service,
  'updateOS' | 'updateConfirm' | 'updateRollback' | 'updateHistory'
>;

/** Returns the commands, or throws the error that makes updates impossible. */
export type FindUpdates = () => UpdateCommands;

/** Implements the calls about the versions of the system. */
export function updateMethods(updates: FindUpdates): UpdateMethods {
  return {
    async updateOS(requests, { signal }) {
      const commands = updates();
      const { slot, version } = await commands.push(await readRequest(requests), signal);
      return {
        nextSlot: slot,
        nextVersion: version,
        rebootScheduled: true,
        trialSeconds: TRIAL_SECONDS,
      };
    },
    async updateConfirm() {
      const { slot, version } = await updates().confirm();
      return { committedSlot: slot, committedVersion: version };
    },
    updateRollback: () => updates().rollBack('the operator went back'),
    async updateHistory() {
      return { updates: history(updates).map(updateToProto) };
    },
  };
}

/** A machine without slots has had no update. */
function history(updates: FindUpdates) {
  try {
    return updates().history();
  } catch (error) {
    if (isCapsuleError(error) && error.code === updateError.NO_SLOTS.code) return [];
    throw error;
  }
}

async function readRequest(requests: AsyncIterable<UpdateOSRequest>): Promise<SentBundle> {
  const incoming = requests[Symbol.asyncIterator]();
  const first = await incoming.next();
  const msg = first.done === true ? undefined : first.value.msg;
  if (msg?.case !== 'metadata') throw updateError.OUT_OF_ORDER({});
  const { totalBytes, sha256Hex, allowDowngrade, autoConfirmSeconds } = msg.value;
  return {
    totalBytes: Number(totalBytes),
    sha256Hex,
    allowDowngrade,
    autoConfirmSeconds,
    chunks: chunksOf(incoming),
  };
}

async function* chunksOf(rest: AsyncIterator<UpdateOSRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    const { msg } = next.value;
    if (msg.case !== 'chunk') throw updateError.OUT_OF_ORDER({});
    yield msg.value;
  }
}
