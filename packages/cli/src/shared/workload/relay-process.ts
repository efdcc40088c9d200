import { constants } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { WorkloadExecClientMessageSchema, WorkloadExecServerMessage } from '@capsule/api/wire';
import { Outbox } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import type { Terminal } from '../../program/context/terminal.ts';

/** The command could not be run, as `docker exec` has it; its own codes pass through. */
export const NOT_RUN = 125;

export type ExecMessage = MessageInitShape<typeof WorkloadExecClientMessageSchema>;
type Payload = NonNullable<ExecMessage['payload']>;
export type ExecConfig = Extract<Payload, { case: 'config' }>['value'];

/** Calls an RPC that relays a process. */
export type CallExec = (
  messages: AsyncIterable<ExecMessage>,
  signal: AbortSignal,
) => AsyncIterable<WorkloadExecServerMessage>;

export interface ProcessEnds {
  readonly terminal: Terminal | undefined;
  readonly context: Context;
}

/** Passes on what comes from both sides, until the process has ended. */
export async function relayProcess(
  call: CallExec,
  config: ExecConfig,
  { terminal, context }: ProcessEnds,
): Promise<number> {
  const leave = new AbortController();
  const signal = AbortSignal.any([context.signal, leave.signal]);
  const outbox = new Outbox<ExecMessage>();
  const send = (payload: Payload) => void outbox.push({ payload });
  send({ case: 'config', value: config });
  using _raw = terminal?.raw();
  using _resizes = terminal?.onResize(() => send({ case: 'resize', value: terminal.size() }));
  // With a terminal keys are signals already, and what else reaches us means us.
  using _signals = terminal === undefined ? passSignals(send, context) : undefined;
  if (!config.noStdin) void passInput(outbox, context);
  try {
    for await (const { payload } of call(outbox, signal)) {
      if (payload.case === 'stdout') await context.out.write(payload.value);
      else if (payload.case === 'stderr') await context.err.write(payload.value);
      else if (payload.case === 'exit') return payload.value.exitCode;
    }
    return NOT_RUN;
  } finally {
    outbox.close();
    leave.abort();
  }
}

async function passInput(outbox: Outbox<ExecMessage>, { stdin }: Context): Promise<void> {
  for await (const chunk of stdin) {
    await outbox.push({ payload: { case: 'stdin', value: new Uint8Array(chunk) } });
  }
  await outbox.push({ payload: { case: 'stdin', value: new Uint8Array() } });
}

/** The first signal goes to the process in the workload; a second one ends this program. */
function passSignals(send: (payload: Payload) => void, { signals }: Context): Disposable {
  let taken: Disposable | undefined;
  taken = signals.take((name) => {
    send({ case: 'signal', value: { signal: constants.signals[name] } });
    taken?.[Symbol.dispose]();
  });
  return taken;
}
