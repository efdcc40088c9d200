import type { CapsuleClient } from '@capsule/api/wire';

/** A command ran to its end, and its end was not 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const EXEC_MS = 60_000;

/**
 * Runs a script in a workload; what it printed. An abandoned one is left as soon as it prints: the
 * client goes away, and the process has to. Fails with `CommandFailed`, and as the call does.
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
  // The client's own limit would go on counting after a stream is left.
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
