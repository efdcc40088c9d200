import type { VmSetting } from './vm-setting.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 60_000;

/** Runs a script, or a command of these words, in a workload to its end; with `input` if there is any. */
export async function runIn(
  { client, slowness }: VmSetting,
  name: string,
  script: string | readonly string[],
  input?: string,
): Promise<Ran> {
  const noStdin = input === undefined;
  const command = typeof script === 'string' ? ['/bin/sh', '-c', script] : [...script];
  const config = { name, command, noStdin };
  const over = Promise.withResolvers<void>();
  const leave = new AbortController();
  const messages = async function* () {
    yield { payload: { case: 'config' as const, value: config } };
    if (input !== undefined) {
      yield { payload: { case: 'stdin' as const, value: Buffer.from(input) } };
      yield { payload: { case: 'stdin' as const, value: new Uint8Array() } };
    }
    await over.promise;
  };
  const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(LIMIT_MS * slowness)]);
  const text = { stdout: '', stderr: '' };
  try {
    for await (const { payload } of client.workload.exec(messages(), { signal })) {
      if (payload.case === 'exit') return { ...text, exitCode: payload.value.exitCode };
      if (payload.case !== undefined) text[payload.case] += Buffer.from(payload.value).toString();
    }
    return { ...text, exitCode: -1 };
  } finally {
    over.resolve();
    leave.abort();
  }
}
