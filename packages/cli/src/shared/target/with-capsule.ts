import type { ConnectOptions } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { findTarget } from './find-target.ts';
import { withNearName } from './near-name.ts';

/** Runs `work` with a client for the capsule that is meant, and ends the connection after it. */
export async function withCapsule<T>(
  input: Input,
  context: Context,
  work: (client: CapsuleClient) => Promise<T>,
  options?: ConnectOptions,
): Promise<T> {
  const client = await context.connect(await findTarget(input, context), options);
  try {
    return await work(client);
  } catch (error) {
    throw await withNearName(error, client, context.signal);
  } finally {
    client.close();
  }
}
