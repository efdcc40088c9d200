import {
  type ContainerSpec,
  containerCgroup,
  readSecurityOpts,
  type SecurityChoice,
} from '@capsule/core';
import type { Architecture } from './architecture.ts';
import { describeCapabilities } from './capabilities.ts';
import { grantCapabilities } from './capability-set.ts';
import { describeCommand } from './command.ts';
import { describeEnvironment } from './environment.ts';
import type { ImageConfig } from './image-config.ts';
import { describeLimits } from './limits.ts';
import { describeMounts } from './mounts.ts';
import { describeNamespaces, describeSysctl } from './namespaces.ts';
import { MASKED_PATHS, READONLY_PATHS } from './paths.ts';
import { describePlaceVariables } from './place-variables.ts';
import { describeRlimits } from './rlimits.ts';
import { describeSeccomp } from './seccomp.ts';
import type { OciDevice, OciDeviceRule, OciLinux, OciSpec } from './types.ts';
import type { ResolvedUser } from './user/resolved-user.ts';

export interface OciSpecParts {
  readonly container: ContainerSpec;
  readonly image: ImageConfig;
  readonly user: ResolvedUser;
  readonly architecture: Architecture;
  /** The capabilities that this capsule can grant. */
  readonly available: readonly string[];
  /** Whether the kernel can limit swap. */
  readonly hasSwapLimit: boolean;
  /** The limit of open files where the manifest sets none. */
  readonly openFiles: number;
  /** Device files of the capsule: all of them for a privileged container, else those that it asks for. */
  readonly devices: readonly OciDevice[];
}

/**
 * Returns the whole runtime specification of a container: a pure function of its spec, its image and the
 * resolved user. `process.args` is empty when neither names a program.
 */
export function describeOciSpec(parts: OciSpecParts): OciSpec {
  const { container, image, user, available } = parts;
  const { privileged, capabilities, securityOpts = [] } = container;
  const security = readSecurityOpts(securityOpts);
  const granted = grantCapabilities(container, available);
  const kept = user.uid === 0 ? [] : granted.filter((name) => capabilities.add.includes(name));
  return {
    ociVersion: '1.2.0',
    root: { path: 'rootfs', readonly: container.readOnlyRootFilesystem },
    hostname: container.hostname,
    process: {
      terminal: false,
      user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
      args: describeCommand({
        command: container.command,
        args: container.args,
        imageEntrypoint: image.entrypoint,
        imageCmd: image.cmd,
      }),
      env: describeEnvironment({
        image: image.env,
        spec: container.env,
        hostname: container.hostname,
        home: user.home,
        place: describePlaceVariables(container),
      }),
      cwd: container.workingDir === '' ? image.workingDir : container.workingDir,
      capabilities: describeCapabilities(granted, kept),
      noNewPrivileges: security.noNewPrivileges ?? !privileged,
      rlimits: describeRlimits(container.ulimits, parts.openFiles),
      // containerd is protected from the OOM killer; the programs that it starts must not be.
      oomScoreAdj: 0,
    },
    mounts: describeMounts(container),
    linux: {
      cgroupsPath: containerCgroup(container),
      namespaces: describeNamespaces(container),
      // All devices are denied first; runc then adds null, zero, full, random, tty, pts and the like.
      resources: {
        devices: [{ allow: privileged, access: 'rwm' }, ...describeRules(parts)],
        ...describeLimits(container.resources, parts.hasSwapLimit),
      },
      sysctl: describeSysctl(container),
      devices: parts.devices,
      ...(privileged ? UNCONFINED : confined(parts, granted, security)),
    },
  };
}

function confined(
  { architecture }: OciSpecParts,
  granted: readonly string[],
  { seccomp }: SecurityChoice,
): Pick<OciLinux, 'seccomp' | 'maskedPaths' | 'readonlyPaths'> {
  return {
    ...(seccomp === 'unconfined' ? {} : { seccomp: describeSeccomp(architecture, granted) }),
    maskedPaths: MASKED_PATHS,
    readonlyPaths: READONLY_PATHS,
  };
}

const UNCONFINED: Pick<OciLinux, 'maskedPaths' | 'readonlyPaths'> = {
  maskedPaths: [],
  readonlyPaths: [],
};

/** A privileged container may use every device without a rule. */
function describeRules({ container, devices }: OciSpecParts): readonly OciDeviceRule[] {
  if (container.privileged) return [];
  return devices.map(({ type, major, minor }) => ({
    allow: true,
    type,
    major,
    minor,
    access: 'rwm',
  }));
}
