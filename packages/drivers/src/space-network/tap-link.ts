import { addressToNumber } from '@capsule/core';
import { ipBatch, ipBatchAll, ipShow } from '@capsule/host';
import type { LinkSeen } from './cell-link.ts';
import { addressOfLink, linkName } from './link-name.ts';
import { withoutIpv6 } from './link-options.ts';

/** The first uid of the users that own TAPs and run the machines behind them; no other user gets these. */
const FIRST_UID = 0x7000_0000;

export interface TapSpec {
  readonly key: string;
  readonly address: string;
  readonly bridge: string;
  readonly mtu: number;
}

interface TunShown {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly master?: string;
  readonly flags: readonly string[];
  readonly linkinfo?: { readonly info_data?: { readonly type?: string } };
}

/** Returns the uid of the machine with that address, one to one. */
export function uidOfAddress(address: string): number {
  return FIRST_UID + (addressToNumber(address) & 0xff_ffff);
}

/**
 * Makes a TAP that stays while no machine has it open. Any other link of its name is replaced: an address
 * belongs to one cell at a time. Idempotent.
 */
export async function connectTap(spec: TapSpec, signal?: AbortSignal): Promise<void> {
  const name = linkName(spec.address);
  const there = (await listTaps(signal)).find((tap) => tap.name === name);
  if (there === undefined) {
    await ipBatchAll([`link delete ${name}`], { signal });
    const owner = `user ${uidOfAddress(spec.address)}`;
    // The machine and the capsule's kernel exchange large packets, and leave checksums to each other.
    await ipBatch([`tuntap add dev ${name} mode tap ${owner} vnet_hdr`], { signal });
  }
  const options = `alias ${spec.key} master ${spec.bridge} ${withoutIpv6()} mtu ${spec.mtu} up`;
  await ipBatch([`link set ${name} ${options}`], { signal });
}

/** Idempotent. */
export async function disconnectTap(address: string, signal?: AbortSignal): Promise<void> {
  await ipBatchAll([`link delete ${linkName(address)}`], { signal });
}

export async function listTaps(signal?: AbortSignal): Promise<readonly LinkSeen[]> {
  const shown = await ipShow<TunShown>(['link', 'show', 'type', 'tun'], { signal });
  return shown.flatMap((tap) => {
    const address = addressOfLink(tap.ifname);
    if (address === undefined) return [];
    // A TAP without a machine has no carrier, so the carrier does not count.
    const { ifname: name, ifalias: key, master: bridge } = tap;
    return [{ name, address, key, bridge, isUp: tap.flags.includes('UP') }];
  });
}
