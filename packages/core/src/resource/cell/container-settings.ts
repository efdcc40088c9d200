/**
 * Settings of a container, except image, program and network, with the field names of a manifest. Empty
 * strings mean: the default of the image.
 */
export interface ContainerSettings {
  /** Name or number, optionally `:group`. */
  readonly user: string;
  /** Absolute. */
  readonly workingDir: string;
  readonly resources: Resources;
  readonly tmpfs: readonly TmpfsMount[];
  readonly readOnlyRootFilesystem: boolean;
  readonly capabilities: CapabilityChange;
  readonly privileged: boolean;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly hostBindPaths: readonly HostBind[];
  readonly ulimits: readonly Ulimit[];
  /** Namespaced ones only. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Names or numbers of groups in addition to those of the user; absent: none. */
  readonly groupAdd?: readonly string[];
  /** Of the root, for the whole cell: the most bytes that `/dev/shm` holds; absent: `SHM_BYTES`. */
  readonly shmSize?: number;
  /** Absolute paths below `/dev` of the capsule, of device files or of folders with such; absent: none. */
  readonly devices?: readonly string[];
  /** Those of `SECURITY_OPTS`; absent in flat manifests and in specs of earlier versions. */
  readonly securityOpts?: readonly string[];
}

/** As much shared memory as Docker gives a container. */
export const SHM_BYTES = 64 * 1024 * 1024;

/** Limits; an absent one is no limit. */
export interface Resources {
  readonly memoryBytes?: number;
  /** Thousandths of a processor. */
  readonly cpuMillis?: number;
  /** Its share of a busy processor, compared with the other containers; a container without it has 1024. */
  readonly cpuShares?: number;
  readonly pids?: number;
}

export interface TmpfsMount {
  readonly mountPath: string;
  /** Absent: half of the capsule's memory, the kernel's own default. */
  readonly sizeBytes?: number;
  /** Permission bits; absent: 01777. */
  readonly mode?: number;
  /** Options as `problemOfTmpfsOption` allows them; they win over size, mode and the usual `nosuid` and `nodev`. */
  readonly options?: readonly string[];
}

/** The range of the kernel's cpu.shares. */
export const CPU_SHARES_LEAST = 2;
export const CPU_SHARES_MOST = 262_144;

/** Names as `CAP_NET_ADMIN`, or `ALL`. `drop` comes first. */
export interface CapabilityChange {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

/** A path of the capsule that appears in the container. */
export interface HostBind {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** Make the source, as a folder, where it is missing. */
  readonly ensure?: boolean;
}

export interface Ulimit {
  /** `nofile`, as setrlimit(2) has it, without RLIMIT_. */
  readonly name: string;
  readonly soft: number | 'unlimited';
  readonly hard: number | 'unlimited';
}

/** The settings alone, of anything that has them. Pure. */
export function containerSettings(from: ContainerSettings): ContainerSettings {
  const { user, workingDir, resources, tmpfs, readOnlyRootFilesystem, capabilities } = from;
  const { privileged, hostPid, hostIpc, hostBindPaths, ulimits, sysctls } = from;
  const { groupAdd, shmSize, devices, securityOpts } = from;
  return {
    user,
    workingDir,
    resources,
    tmpfs,
    readOnlyRootFilesystem,
    capabilities,
    privileged,
    hostPid,
    hostIpc,
    hostBindPaths,
    ulimits,
    sysctls,
    ...(groupAdd && { groupAdd }),
    ...(shmSize !== undefined && { shmSize }),
    ...(devices && { devices }),
    ...(securityOpts && { securityOpts }),
  };
}
