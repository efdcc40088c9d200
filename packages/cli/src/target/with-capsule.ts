import type { CapsuleClient } from '@capsule/api';
import type { Input } from '../command/input.ts';
import type { Context } from '../context/context.ts';
import { findTarget } from './find-target.ts';

/** Runs `work` with a client for the capsule that is meant, and ends the connection after it. */
export async function withCapsule<T>(
  input: Input,
  context: Context,
  work: (client: CapsuleClient) => Promise<T>,
): Promise<T> {
  const client = await context.connect(await findTarget(input, context));
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
