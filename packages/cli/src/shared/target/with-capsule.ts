import type { CallTrace, ConnectOptions } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import type { CapsuleTarget } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { findTarget, findTargetHere } from './find-target.ts';
import { withNearName } from './near-name.ts';
import { renderPhases } from './render-phases.ts';

type Work<T> = (client: CapsuleClient) => Promise<T>;

/**
 * Runs `work` with a client for the capsule that is meant, and ends the connection after it. With `--debug`, prints the
 * phases of its calls.
 */
export async function withCapsule<T>(
  input: Input,
  context: Context,
  work: Work<T>,
  options?: ConnectOptions,
): Promise<T> {
  return withTarget(await findTarget(input, context), work, { input, context, options });
}

/** The same for calls that only root on the capsule may make. */
export async function withCapsuleHere<T>(
  input: Input,
  context: Context,
  work: Work<T>,
): Promise<T> {
  return withTarget(await findTargetHere(input, context), work, { input, context });
}

interface Surroundings {
  readonly input: Input;
  readonly context: Context;
  readonly options?: ConnectOptions | undefined;
}

async function withTarget<T>(
  target: CapsuleTarget,
  work: Work<T>,
  { input, context, options }: Surroundings,
): Promise<T> {
  const trace = await traceOf(input, target);
  const client = await context.connect(target, { ...options, trace });
  try {
    return await work(client);
  } catch (error) {
    throw await withNearName(error, client, context.signal);
  } finally {
    if (trace !== undefined) await printPhases(trace, client, context);
    client.close();
  }
}

/** Only the calls of this machine carry one. */
async function traceOf(input: Input, target: CapsuleTarget): Promise<CallTrace | undefined> {
  if (!input.isOn('debug') || typeof target !== 'string') return undefined;
  return new (await import('@capsule/api/node')).CallTrace();
}

/** One more call fetches the phases of work that earlier calls only requested. */
async function printPhases(
  trace: CallTrace,
  client: CapsuleClient,
  { err, signal }: Context,
): Promise<void> {
  const { here } = trace;
  const calls = [...here];
  // The cause of an earlier failure may also fail this call: then the phases of the others are printed.
  await client.health.check({}, { signal, timeoutMs: 1_000 }).catch(() => undefined);
  await err.write(renderPhases({ here: calls, capsule: trace.capsule }));
}
