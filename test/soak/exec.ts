import type { CapsuleClient } from '@capsule/api/wire';

/** A command ended with an exit code other than 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const EXEC_MS = 60_000;

/**
 * Runs a script in a workload, and returns its output. If it is to be abandoned, the client disconnects at
 * the first output, and the process must end. Throws `CommandFailed`, or the error of the call.
 */
export async function exec(
  client: CapsuleClient,
  name: string,
  script: string,
  { isAbandoned = false } = {},
): Promise<string> {
  const config = { name, command: ['/bin/sh', '-c', script], noStdin: true };
  const over = Promise.withResolvers<void>();
  const leave = new AbortController();
  const messages = async function* () {
    yield { payload: { case: 'config' as const, value: config } };
    await over.promise;
  };
  // The time limit of the client would continue after the stream is left.
  const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(EXEC_MS)]);
  let text = '';
  try {
    for await (const { payload } of client.workload.exec(messages(), { signal, timeoutMs: 0 })) {
      if (payload.case === 'stdout') text += Buffer.from(payload.value).toString();
      if (isAbandoned && text !== '') return text;
      if (payload.case !== 'exit') continue;
      if (payload.value.exitCode === 0) return text;
      throw new CommandFailed(`${script} ended with ${payload.value.exitCode}`);
    }
    throw new CommandFailed(`${script} ended without an exit code`);
  } finally {
    over.resolve();
    leave.abort();
  }
}
