import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CapsuleClient, DebugRequestSchema } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Interruption } from '../../program/context/interruption.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readEnv } from '../workload/exec.ts';
import {
  type CallExec,
  type ExecConfig,
  type ExecMessage,
  NOT_RUN,
  relayProcess,
} from '../workload/relay-process.ts';

type Request = MessageInitShape<typeof DebugRequestSchema>;
type Target = Extract<NonNullable<Request['msg']>, { case: 'target' }>['value'];

const SHELL = ['/bin/sh'];

/** Runs a command on the capsule itself. Returns its exit code, or 125 where it could not be run. */
export const run: Run = async (input, context) => {
  const target = { image: input.text('image') ?? '', keep: input.isOn('keep') };
  if (target.keep && target.image === '') {
    throw input.refuse('--keep keeps a container, and needs --image');
  }
  const config = configOf(input, context);
  const ends = { terminal: context.terminal, context };
  const work = (client: CapsuleClient) => relayProcess(callDebug(client, target), config, ends);
  try {
    return await withCapsule(input, context, work, { isTwoWay: true });
  } catch (error) {
    if (context.signal.aborted || error instanceof Interruption) throw error;
    await printErrors([error], input, context);
    return NOT_RUN;
  }
};

/** Has a terminal wherever the operator has one. */
function configOf(input: Input, context: Context): ExecConfig {
  const { terminal, env } = context;
  const { TERM } = env;
  return {
    tty: terminal !== undefined,
    ...(terminal && { size: terminal.size() }),
    command: input.args.length === 0 ? SHELL : [...input.args],
    env: { ...(TERM !== undefined && { TERM }), ...readEnv(input, context) },
  };
}

function callDebug(client: CapsuleClient, target: Target): CallExec {
  return async function* (messages, signal) {
    const answers = client.capsule.debug(withTarget(target, messages), { signal });
    for await (const { exec } of answers) if (exec !== undefined) yield exec;
  };
}

async function* withTarget(
  target: Target,
  messages: AsyncIterable<ExecMessage>,
): AsyncGenerator<Request> {
  yield { msg: { case: 'target', value: target } };
  for await (const value of messages) yield { msg: { case: 'exec', value } };
}
