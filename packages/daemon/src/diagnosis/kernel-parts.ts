import { KERNEL_FEATURES, type KernelFeature, type KernelFeatures, remedy } from '@capsule/core';
import { type Finding, fail, ok, type Part, partOf, warn } from './part.ts';

/** The loss without a feature; `fail` where containers do not start, or are not separated. */
const NEEDS: Readonly<Record<KernelFeature, readonly ['ok' | 'warn' | 'fail', string]>> = {
  overlayfs: ['fail', 'no container can start'],
  bridge: ['fail', 'spaces have no network'],
  veth: ['fail', 'cells have no network'],
  nftables: ['fail', 'spaces are not isolated, and no port is published'],
  // Bridged frames pass no firewall without it, which is what a capsule wants.
  br_netfilter: ['ok', 'not needed'],
  tun: ['warn', 'microVMs have no network'],
  loop: ['warn', 'volumes in files cannot be mounted'],
  // QEMU has a program for it.
  vsock: ['ok', 'Firecracker and QEMU bring their own'],
  seccomp: ['fail', 'containers start only with seccomp=unconfined'],
  ipv6: ['warn', 'the capsule is reachable over IPv4 only'],
};

/** A part for each feature of the kernel that a capsule uses. */
export function kernelParts(kernel: KernelFeatures): readonly Part[] {
  return KERNEL_FEATURES.map((feature) =>
    partOf('kernel', feature, async (signal) => judge(feature, await kernel.find(feature, signal))),
  );
}

function judge(
  feature: KernelFeature,
  { isThere, detail }: Awaited<ReturnType<KernelFeatures['find']>>,
): Finding {
  if (isThere) return ok(detail);
  const [level, loss] = NEEDS[feature];
  const text = `${detail}: ${loss}`;
  if (level === 'ok') return ok(text);
  const hint = remedy`load the module, or boot a kernel that has ${feature}`;
  return level === 'fail' ? fail(text, hint) : warn(text, hint);
}
