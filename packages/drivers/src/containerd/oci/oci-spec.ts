import { type ContainerSpec, cellCgroup } from '@capsule/core';
import type { ImageConfig } from '../image/image-config.ts';
import type { ResolvedUser } from '../user/resolved-user.ts';
import type { Architecture } from './architecture.ts';
import { DEFAULT_CAPABILITIES, describeCapabilities } from './capabilities.ts';
import { describeCommand } from './command.ts';
import { describeEnvironment } from './environment.ts';
import { describeMounts } from './mounts.ts';
import { describeNamespaces, describeSysctl } from './namespaces.ts';
import { MASKED_PATHS, READONLY_PATHS } from './paths.ts';
import { describeSeccomp } from './seccomp.ts';
import type { OciSpec } from './types.ts';

export interface OciSpecParts {
  readonly container: ContainerSpec;
  readonly image: ImageConfig;
  readonly user: ResolvedUser;
  readonly architecture: Architecture;
}

/**
 * The whole runtime specification of a container; a pure function of what was asked, of its image and
 * of who the image's user is. `process.args` is empty when neither names a program.
 */
export function describeOciSpec({ container, image, user, architecture }: OciSpecParts): OciSpec {
  const granted = DEFAULT_CAPABILITIES;
  const sysctl = describeSysctl(container.network);
  return {
    ociVersion: '1.2.0',
    root: { path: 'rootfs', readonly: false },
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
      }),
      cwd: image.workingDir,
      capabilities: describeCapabilities(granted),
      noNewPrivileges: true,
      // containerd is protected from the kernel's search for memory; what it starts must not be.
      oomScoreAdj: 0,
    },
    mounts: describeMounts(container.files),
    linux: {
      cgroupsPath: containerCgroup(container),
      namespaces: describeNamespaces(container.network),
      // Everything is refused first; runc then adds null, zero, full, random, tty, pts and the like.
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      ...(sysctl === undefined ? {} : { sysctl }),
      seccomp: describeSeccomp(architecture, granted),
      maskedPaths: MASKED_PATHS,
      readonlyPaths: READONLY_PATHS,
    },
  };
}

/** `/kukeon/<realm>/<space>/<stack>/<cell>/<container>_<role>`, in every hierarchy. */
export function containerCgroup(
  container: Pick<ContainerSpec, 'cell' | 'container' | 'role'>,
): string {
  const role = container.role === 'root' ? 'root' : container.container;
  return `${cellCgroup(container.cell)}/${container.container}_${role}`;
}
