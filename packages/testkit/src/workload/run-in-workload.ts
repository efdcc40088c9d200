import type { CapsuleClient } from '@capsule/api/wire';

export interface RunInWorkload {
  readonly name: string;
  /** Of a container of any cell, instead of the name. */
  readonly place?: {
    readonly realm: string;
    readonly space: string;
    readonly stack: string;
    readonly cell: string;
    readonly container: string;
  };
  readonly command: readonly string[];
  /** Its standard input; nothing is attached without it. */
  readonly input?: string;
  /** Milliseconds; the call is left, and fails, after it. Default: one minute. */
  readonly limitMs?: number;
}

export interface RanInWorkload {
  /** `-1` when the capsule ended the call without one. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command in a workload to its end, whatever its exit code is. By the capsule and not by
 * `ctr`, which ends at times before it has copied what a short command printed.
 */
export async function runInWorkload(
  client: CapsuleClient,
  { name, place, command, input, limitMs = 60_000 }: RunInWorkload,
): Promise<RanInWorkload> {
  const named = place === undefined ? { name } : { place };
  const config = { ...named, command: [...command], noStdin: input === undefined };
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
  const signal = AbortSignal.any([leave.signal, AbortSignal.timeout(limitMs)]);
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
