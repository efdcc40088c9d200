import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KernelFeature, KernelFeatures } from '@capsule/core';
import { exists, run, unlessMissing } from '@capsule/host';

type Found = Awaited<ReturnType<KernelFeatures['find']>>;
type Look = (roots: Roots, signal: AbortSignal | undefined) => Promise<Found>;

interface Roots {
  readonly proc: string;
  readonly dev: string;
}

/** Tried in a network namespace that ends with the process, so that nothing of the capsule's changes. */
const LOOKS: Readonly<Record<KernelFeature, Look>> = {
  overlayfs: async ({ proc }) => {
    const text = await unlessMissing(readFile(join(proc, 'filesystems'), 'utf8'));
    return known(
      /\toverlay$/m.test(text ?? ''),
      'the kernel lists overlay',
      'no overlay filesystem',
    );
  },
  bridge: (_, signal) => tryInNamespace(['ip', 'link', 'add', 'probe', 'type', 'bridge'], signal),
  veth: (_, signal) => tryInNamespace(['ip', 'link', 'add', 'probe', 'type', 'veth'], signal),
  nftables: (_, signal) => tryInNamespace(['nft', 'add', 'table', 'ip', 'probe'], signal),
  br_netfilter: async ({ proc }) => {
    const path = join(proc, 'sys/net/bridge/bridge-nf-call-iptables');
    const value = (await unlessMissing(readFile(path, 'utf8')))?.trim();
    return known(value !== undefined, `loaded, and ${value === '1' ? 'on' : 'off'}`, 'not loaded');
  },
  tun: ({ dev }) => node(join(dev, 'net/tun')),
  loop: ({ dev }) => node(join(dev, 'loop-control')),
  vsock: ({ dev }) => node(join(dev, 'vhost-vsock')),
  seccomp: async ({ proc }) => {
    const path = join(proc, 'sys/kernel/seccomp/actions_avail');
    return known(await exists(path), 'filters work', 'no seccomp filters');
  },
  ipv6: async ({ proc }) => {
    const isThere = await exists(join(proc, 'net/if_inet6'));
    return known(isThere, 'the kernel has IPv6', 'the kernel has no IPv6');
  },
};

/** The kernel that runs this process. */
export class RunningKernel implements KernelFeatures {
  readonly #roots: Roots;

  constructor({ proc = '/proc', dev = '/dev' }: Partial<Roots> = {}) {
    this.#roots = { proc, dev };
  }

  find(feature: KernelFeature, signal?: AbortSignal): Promise<Found> {
    return LOOKS[feature](this.#roots, signal);
  }
}

function known(isThere: boolean, yes: string, no: string): Found {
  return { isThere, detail: isThere ? yes : no };
}

async function node(path: string): Promise<Found> {
  return known(await exists(path), path, `no ${path}`);
}

async function tryInNamespace(
  argv: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Found> {
  const allow = Array.from({ length: 256 }, (_, code) => code);
  const options = { allow, ...(signal === undefined ? {} : { signal }) };
  const { exitCode, stderr } = await run('unshare', ['--net', '--', ...argv], options);
  const [reason = ''] = stderr.split('\n');
  return known(exitCode === 0, 'tried, and works', reason || `exit code ${exitCode}`);
}
