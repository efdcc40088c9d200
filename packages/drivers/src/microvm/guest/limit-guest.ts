import type { Resources } from '@capsule/core';
import type { GuestClient } from './guest-client.ts';

/** Applies the limits that the guest's kernel enforces. Idempotent. */
export async function limitGuest(guest: GuestClient, { pids = 0 }: Resources): Promise<void> {
  await (await guest.calls()).limit({ pids: BigInt(pids) });
}
