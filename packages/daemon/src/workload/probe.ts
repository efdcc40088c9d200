import type {
  ContainerRecord,
  ContainerRef,
  ContainerRuntime,
  ProbeResult,
  ServiceProbe,
} from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';

export interface ProbeParts {
  readonly runtime: ContainerRuntime;
  readonly service: ServiceProbe;
  readonly cells: Pick<Cells, 'get'>;
  readonly addresses: Addresses;
}

/** Runs the health check of a container once. Bounded by `signal`. */
export async function probeContainer(
  { ref, spec }: ContainerRecord,
  { runtime, service, cells, addresses }: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const probe = spec.healthCheck?.probe;
  if (probe === undefined) return { ok: true, detail: '' };
  if (probe.kind === 'exec') return runProbe(runtime, ref, probe.command, signal);
  const isHost = cells.get(ref.cell)?.spec.networkMode === 'host';
  const address = isHost ? '127.0.0.1' : addresses.get(ref.cell);
  if (address === undefined) return { ok: false, detail: 'it has no address' };
  return service.knock({ ...probe, address }, signal);
}

/** Part of a check's output that is reported: the reason stands at its start. */
const DETAIL_BYTES = 160;

async function runProbe(
  runtime: ContainerRuntime,
  ref: ContainerRef,
  command: readonly string[],
  signal: AbortSignal,
): Promise<ProbeResult> {
  const request = { command, env: {}, workingDir: '', user: '', hasInput: false };
  await using session = await runtime.exec(ref, request, signal);
  const said: Uint8Array[] = [];
  const read = async () => {
    let bytes = 0;
    for await (const { data } of session.output) {
      if (bytes < DETAIL_BYTES) said.push(data);
      bytes += data.length;
    }
    return session.exit;
  };
  const exitCode = await Promise.race([read(), whenAborted(signal)]);
  if (exitCode === undefined) return { ok: false, detail: `${command[0]} did not end in time` };
  const text = Buffer.concat(said).toString('utf8', 0, DETAIL_BYTES).replaceAll(/\s+/g, ' ').trim();
  const detail = text === '' ? `${command[0]} ended with exit code ${exitCode}` : text;
  return { ok: exitCode === 0, detail };
}

async function whenAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
