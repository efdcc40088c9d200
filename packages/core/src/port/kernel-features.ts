/** The parts of the kernel that a capsule uses. */
export const KERNEL_FEATURES = [
  'overlayfs',
  'bridge',
  'veth',
  'nftables',
  'br_netfilter',
  'tun',
  'loop',
  'vsock',
  'seccomp',
  'ipv6',
] as const;

export type KernelFeature = (typeof KERNEL_FEATURES)[number];

/** Finds out what the running kernel can do. Leaves nothing behind. */
export interface KernelFeatures {
  /** Returns whether the kernel has the feature, with the evidence. */
  find(
    feature: KernelFeature,
    signal?: AbortSignal,
  ): Promise<{ readonly isThere: boolean; readonly detail: string }>;
}
