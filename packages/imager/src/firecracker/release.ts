import type { Architecture } from '../profile.ts';

/** One archive of Firecracker's releases. */
export interface Release {
  readonly version: string;
  readonly url: string;
  readonly sha256: string;
  /** Paths in the archive, by the name that a capsule has for the program. */
  readonly programs: Readonly<Record<'firecracker' | 'jailer', string>>;
}

const VERSION = '1.16.1';
const PLACE = 'https://github.com/firecracker-microvm/firecracker/releases/download';

/**
 * The sums in the release's own `.sha256.txt` files. A release could be replaced together with those
 * files, so the sums are repeated here. When the version changes, compare the new sums with those of
 * another project that pins them, such as nixpkgs.
 */
const MACHINES: Readonly<Record<Architecture, { readonly name: string; readonly sha256: string }>> =
  {
    x64: {
      name: 'x86_64',
      sha256: '382a02a869e4d6d5cb14c40577f9545e8458021ea8b0b2d3fc10ec14d9c242e6',
    },
    arm64: {
      name: 'aarch64',
      sha256: '8d0e69f6d6f9a1724551f607f18504052c16c1828ee3d4d7b6e6c73380871e0e',
    },
  };

/** Returns the release that is fetched for machines of an architecture. */
export function releaseFor(architecture: Architecture): Release {
  const { name, sha256 } = MACHINES[architecture];
  const inside = (program: string) => `release-v${VERSION}-${name}/${program}-v${VERSION}-${name}`;
  return {
    version: VERSION,
    url: `${PLACE}/v${VERSION}/firecracker-v${VERSION}-${name}.tgz`,
    sha256,
    programs: { firecracker: inside('firecracker'), jailer: inside('jailer') },
  };
}

/** Returns the cache key of a release's programs. */
export function releaseKey({ sha256 }: Release): string {
  return `firecracker-${sha256.slice(0, 24)}`;
}
