import { randomUUID } from 'node:crypto';
import { Code } from '@connectrpc/connect';
import { callOptions } from './call-options.ts';
import type { ContainerdClient } from './containerd-client.ts';
import { ignoring } from './rpc-error.ts';

/** Headers of calls whose results the lease protects from garbage collection. */
export interface LeaseHeaders {
  readonly 'containerd-lease': string;
}

/** containerd ends a lease after this time when a killed capsuled could not. */
const LIFE_MS = 60 * 60 * 1000;

const PREFIX = 'capsule-';

/**
 * Returns labels that let containerd expire a lease or an image record that a killed capsuled could not
 * remove.
 */
export function expiryLabels(): Record<string, string> {
  return { 'containerd.io/gc.expire': new Date(Date.now() + LIFE_MS).toISOString() };
}

/**
 * Calls `use` under a lease and ends the lease afterwards. When `use` fails, containerd collects all that it
 * made before the failure is passed on, so nothing is left behind.
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
    // Without the caller's signal: its abort must not cancel the end of the lease.
    await ignoring(Code.NotFound, client.leases.delete({ id, sync: failed }));
  }
}

/**
 * Ends the leases of an earlier client that was killed, and so lets containerd collect their content. They
 * would expire in an hour, but in years after the clock was set back. Idempotent.
 */
export async function endLeftLeases(client: ContainerdClient, signal?: AbortSignal): Promise<void> {
  const { leases } = await client.leases.list({}, callOptions(signal));
  const left = leases.filter(({ id }) => id.startsWith(PREFIX) && !isOfRunning(client, id));
  for (const { id } of left) {
    await ignoring(Code.NotFound, client.leases.delete({ id, sync: true }, callOptions(signal)));
  }
}

/** Whether this process made the lease, and ends it. Pure. */
export function isOfRunning({ mark }: Pick<ContainerdClient, 'mark'>, lease: string): boolean {
  return lease.startsWith(`${PREFIX}${mark}-`);
}
