import { constants } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CapsuleClient, WorkloadExecClientMessageSchema } from '@capsule/api/wire';
import { Outbox } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Interruption } from '../../program/context/interruption.ts';
import type { Terminal } from '../../program/context/terminal.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import { withCapsule } from '../target/with-capsule.ts';

/** The command could not be run, as `docker exec` has it; its own codes pass through. */
const NOT_RUN = 125;

type Message = MessageInitShape<typeof WorkloadExecClientMessageSchema>;
type Payload = NonNullable<Message['payload']>;
type Config = Extract<Payload, { case: 'config' }>['value'];

export const run: Run = (input, context) => {
  const [name = '', ...command] = input.args;
  return execute({ findTarget: async () => ({ name }), command }, input, context);
};

export interface Execution {
  readonly findTarget: (client: CapsuleClient) => Promise<ContainerTarget>;
  readonly command: readonly string[];
}

/** Runs a command in a container, as the flags say. Returns its exit code, or 125 where it could not be run. */
export async function execute(
  { findTarget, command }: Execution,
  input: Input,
  context: Context,
): Promise<number> {
  const terminal = input.isOn('tty') ? requireTerminal(input, context) : undefined;
  const hasInput = terminal !== undefined || input.isOn('interactive');
  const config: Config = {
    command: [...command],
    env: readEnv(input, context),
    workingDir: input.text('workdir') ?? '',
    user: input.text('user') ?? '',
    tty: terminal !== undefined,
    noStdin: !hasInput,
    ...(terminal && { size: terminal.size() }),
  };
  try {
    const work = async (client: CapsuleClient) => {
      const target = await findTarget(client);
      return talk(client, { ...config, ...target }, { terminal, context });
    };
    return await withCapsule(input, context, work, { isTwoWay: true });
  } catch (error) {
    if (context.signal.aborted || error instanceof Interruption) throw error;
    await printErrors([error], input, context);
    return NOT_RUN;
  }
}

interface Talk {
  readonly terminal: Terminal | undefined;
  readonly context: Context;
}

/** Passes on what comes from both sides, until the process has ended. */
async function talk(
  client: CapsuleClient,
  config: Config,
  { terminal, context }: Talk,
): Promise<number> {
  const leave = new AbortController();
  const signal = AbortSignal.any([context.signal, leave.signal]);
  const outbox = new Outbox<Message>();
  const send = (payload: Payload) => void outbox.push({ payload });
  send({ case: 'config', value: config });
  using _raw = terminal?.raw();
  using _resizes = terminal?.onResize(() => send({ case: 'resize', value: terminal.size() }));
  // With a terminal keys are signals already, and what else reaches us means us.
  using _signals = terminal === undefined ? passSignals(send, context) : undefined;
  if (!config.noStdin) void passInput(outbox, context);
  try {
    for await (const { payload } of client.workload.exec(outbox, { signal })) {
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

async function passInput(outbox: Outbox<Message>, { stdin }: Context): Promise<void> {
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

function requireTerminal(input: Input, { terminal }: Context): Terminal {
  if (terminal !== undefined) return terminal;
  throw input.refuse('--tty needs a terminal for input and output', 'use -i to pass only input');
}

/** `K=V`, or `K` for the value it has here; where it has none, the workload's own stays. */
function readEnv(input: Input, { env }: Context): Record<string, string> {
  return Object.fromEntries(
    input.texts('env').flatMap((text) => {
      const at = text.indexOf('=');
      const name = at < 0 ? text : text.slice(0, at);
      if (name === '') throw input.refuse(`--env takes NAME=VALUE, not ${JSON.stringify(text)}`);
      const value = at < 0 ? env[text] : text.slice(at + 1);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
