import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  DebugRequest,
  DebugResponseSchema,
  DebugTarget,
  WorkloadExecClientMessage,
  WorkloadExecConfig,
} from '@capsule/api/wire';
import {
  type CapsuleError,
  type ContainerRuntime,
  type ExecRequest,
  type ExecSession,
  type HostShell,
  isCapsuleError,
} from '@capsule/core';
import type { DebugContainers } from '../../debug/containers.ts';
import { debugSpec } from '../../debug/debug-spec.ts';
import { debugError } from '../../debug/errors.ts';
import type { Caller } from '../../identity/caller.ts';
import { requireHostAccess } from '../access/require-host-access.ts';
import { relayExec, type StartExec } from '../workload/exec.ts';

export interface DebugParts {
  readonly shell: HostShell;
  readonly runtime: Pick<ContainerRuntime, 'exec'>;
  /** Or the error that makes the store unusable. */
  readonly containers: DebugContainers | CapsuleError;
}

interface DebugCall {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

type Answer = MessageInitShape<typeof DebugResponseSchema>;

/**
 * Runs one command on the capsule itself, or in a container that reaches all of it, until it ends or its client leaves. Nothing
 * of the session is left when the exit code is sent.
 */
export async function* debugCapsule(
  requests: AsyncIterable<DebugRequest>,
  parts: DebugParts,
  { caller, signal }: DebugCall,
): AsyncGenerator<Answer> {
  const incoming = requests[Symbol.asyncIterator]();
  const target = await readTarget(incoming);
  requireHostAccess(caller, 'capsule-debug', debugSpec('capsule-debug', target.image));
  let exit: Answer | undefined;
  {
    await using place = await openPlace(target, parts, signal);
    const start: StartExec = async (config, request) => {
      checkConfig(config, target);
      return place.exec(request);
    };
    for await (const exec of relayExec(execMessages(incoming), start, signal)) {
      if (exec.payload?.case === 'exit') exit = { exec };
      else yield { exec };
    }
  }
  if (exit !== undefined) yield exit;
}

interface Place extends AsyncDisposable {
  exec(request: ExecRequest): Promise<ExecSession>;
}

async function openPlace(
  { image, keep }: DebugTarget,
  { shell, runtime, containers }: DebugParts,
  signal: AbortSignal,
): Promise<Place> {
  if (image === '') {
    if (keep) throw invalid('nothing of it can be kept without an image');
    return { exec: (request) => shell.open(request), [Symbol.asyncDispose]: async () => undefined };
  }
  if (isCapsuleError(containers)) throw containers;
  const container = await containers.open({ image, keep }, signal);
  return {
    exec: (request) => runtime.exec(container.ref, request, signal),
    [Symbol.asyncDispose]: () => container[Symbol.asyncDispose](),
  };
}

async function readTarget(incoming: AsyncIterator<DebugRequest>): Promise<DebugTarget> {
  const first = await incoming.next();
  const msg = first.done === true ? undefined : first.value.msg;
  if (msg?.case === 'target') return msg.value;
  throw invalid('the first message has no target');
}

async function* execMessages(
  incoming: AsyncIterator<DebugRequest>,
): AsyncGenerator<WorkloadExecClientMessage> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { msg } = next.value;
    if (msg.case !== 'exec') throw invalid('the target was sent twice');
    yield msg.value;
  }
}

function checkConfig({ name, place, user }: WorkloadExecConfig, { image }: DebugTarget): void {
  if (name !== '' || place !== undefined) throw invalid('its configuration names a container');
  if (user !== '' && image === '') throw invalid('it names a user, and only root can debug');
}

function invalid(problem: string) {
  return debugError.INVALID({ problem });
}
