import { randomUUID } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { callOptions } from './call-options.ts';
import type { ContainerdClient } from './containerd-client.ts';
import { ignoring } from './rpc-error.ts';

/** Headers for calls whose results the lease keeps from the garbage collector. */
export interface LeaseHeaders {
  readonly 'containerd-lease': string;
}

/** A lease that nobody ended, because we were killed, ends by itself. */
const LIFE_MS = 60 * 60 * 1000;

const PREFIX = 'capsule-';

/** Labels that let containerd forget a lease or an image record which we could not remove ourselves. */
export function expiryLabels(): Record<string, string> {
  return { 'containerd.io/gc.expire': new Date(Date.now() + LIFE_MS).toISOString() };
}

/**
 * Calls `use` under a lease and ends it afterwards. When `use` fails, all it made is collected before
 * the failure is passed on, so that nothing stays behind.
 */
export async function withLease<T>(
  client: ContainerdClient,
  use: (headers: LeaseHeaders) => Promise<T>,
): Promise<T> {
  const id = `${PREFIX}${client.mark}-${randomUUID()}`;
  await client.leases.create({ id, labels: expiryLabels() });
  let failed = true;
  try {
    const result = await use({ 'containerd-lease': id });
    failed = false;
    return result;
  } finally {
    // Without the caller's signal: the end of a lease must not be cancelled with what failed.
    await ignoring(Code.NotFound, client.leases.delete({ id, sync: failed }));
  }
}

/**
 * Ends the leases that an earlier client left because it was killed: they would end by themselves, but
 * in an hour, or in years when the clock was set back. What only they kept is collected. Idempotent.
 */
export async function endLeftLeases(client: ContainerdClient, signal?: AbortSignal): Promise<void> {
  const { leases } = await client.leases.list({}, callOptions(signal));
  const left = leases.filter(
    ({ id }) => id.startsWith(PREFIX) && !id.startsWith(`${PREFIX}${client.mark}-`),
  );
  for (const { id } of left) {
    await ignoring(Code.NotFound, client.leases.delete({ id, sync: true }, callOptions(signal)));
  }
}
