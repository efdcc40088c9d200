import { basename } from 'node:path';
import type { ContainerSpec } from '@capsule/core';
import type { Architecture } from '../../oci/architecture.ts';
import { parseCapabilityMask } from '../../oci/capability-set.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { describeOciSpec } from '../../oci/oci-spec.ts';
import type { OciSpec } from '../../oci/types.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import { GUEST_CGROUP, GUEST_ROOT, guestFile, guestFolder, guestVolume } from './guest-paths.ts';

export interface PayloadParts {
  readonly spec: ContainerSpec;
  readonly image: ImageConfig;
  readonly user: ResolvedUser;
  readonly architecture: Architecture;
  /** See `OciSpecParts`. */
  readonly openFiles: number;
}

/** A guest's kernel gives its first process all capabilities. */
const ALL_CAPABILITIES = parseCapabilityMask('1ffffffffff');

/**
 * Returns the OCI specification of a container with the same spec, except for the parts that the machine
 * replaces: the network of the guest, its own cgroups, and the machine's limits. Pure.
 */
export function describePayload(parts: PayloadParts): OciSpec {
  const { spec, image, user, architecture, openFiles } = parts;
  const { pids } = spec.resources;
  const oci = describeOciSpec({
    container: {
      ...spec,
      network: 'host',
      resources: pids === undefined ? {} : { pids },
      volumes: spec.volumes.map((volume, index) => ({
        ...volume,
        source: volume.subPath === undefined ? guestVolume(volume.name) : guestFolder(index).path,
      })),
      files: spec.files.map(({ source, target }) => ({
        source: guestFile(basename(source)),
        target,
      })),
      sysctls: sysctlsOf(spec, false),
    },
    image,
    user,
    architecture,
    available: ALL_CAPABILITIES,
    // Its memory is limited by the size of the machine.
    hasSwapLimit: false,
    openFiles,
    devices: [],
  });
  return {
    ...oci,
    root: { ...oci.root, path: GUEST_ROOT },
    linux: { ...oci.linux, cgroupsPath: GUEST_CGROUP },
  };
}

/** Every user may bind every port and ping, as in the network of a container. */
const OPEN_NETWORK = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
};

/** Returns the sysctls of the guest's network, which the payload shares with the guest. Pure. */
export function networkSysctls(spec: ContainerSpec): Readonly<Record<string, string>> {
  return { ...OPEN_NETWORK, ...sysctlsOf(spec, true) };
}

function sysctlsOf({ sysctls }: ContainerSpec, isNetwork: boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sysctls).filter(([name]) => name.startsWith('net.') === isNetwork),
  );
}
