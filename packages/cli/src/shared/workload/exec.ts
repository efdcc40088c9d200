import type { CapsuleClient } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Interruption } from '../../program/context/interruption.ts';
import type { Terminal } from '../../program/context/terminal.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { type CallExec, type ExecConfig, NOT_RUN, relayProcess } from './relay-process.ts';

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
  const config: ExecConfig = {
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
      const call: CallExec = (messages, signal) => client.workload.exec(messages, { signal });
      return relayProcess(call, { ...config, ...target }, { terminal, context });
    };
    return await withCapsule(input, context, work, { isTwoWay: true });
  } catch (error) {
    if (context.signal.aborted || error instanceof Interruption) throw error;
    await printErrors([error], input, context);
    return NOT_RUN;
  }
}

function requireTerminal(input: Input, { terminal }: Context): Terminal {
  if (terminal !== undefined) return terminal;
  throw input.refuse('--tty needs a terminal for input and output', 'use -i to pass only input');
}

/** `K=V`, or `K` for the value it has here; where it has none, the workload's own stays. */
export function readEnv(input: Input, { env }: Context): Record<string, string> {
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
