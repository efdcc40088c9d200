import { CAPABILITY_NAMES } from '../../resource/cell/capability-names.ts';
import {
  type ContainerSettings,
  CPU_SHARES_LEAST,
  CPU_SHARES_MOST,
  type Ulimit,
} from '../../resource/cell/container-settings.ts';
import { plainPath } from '../../resource/cell/plain-path.ts';
import { problemOfSecurityOpt, SECURITY_OPTS } from '../../resource/cell/security-opt.ts';
import { ULIMIT_NAMES } from '../../resource/cell/ulimit-names.ts';
import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { Problem } from '../problem.ts';
import { nearestWord } from '../read/nearest-word.ts';
import { isAbsolute, isWhole, problemsOfRange, quote } from './rule.ts';
import { validateMounts } from './validate-mounts.ts';

/** Below this nothing starts: runc itself has 12 MiB in the container's cgroup when it sets the limit. */
const MEMORY_LEAST_BYTES = 16 * 1024 * 1024;
/** The kernel's quota is at least a thousandth of a second in each tenth. */
const CPU_LEAST_MILLIS = 10;
const CPU_MOST_MILLIS = 1024 * 1000;
const PIDS_MOST = 4 * 1024 * 1024;
const USER = /^[^:\s\0/]{1,64}(:[^:\s\0/]{1,64})?$/;
const GROUP = /^[^:\s\0/,]{1,64}$/;
/** One page. */
const SHM_LEAST_BYTES = 4096;
const SYSCTL_VALUE_MOST = 256;

/** The rules of what a container is made with. Paths are those of a manifest. */
export function validateSettings(spec: WorkloadSpec): readonly Problem[] {
  return [
    ...validateUser(spec),
    ...validateGroups(spec),
    ...validateSharedMemory(spec),
    ...validateResources(spec),
    ...validateMounts(spec),
    ...validateCapabilities(spec),
    ...validateDevices(spec),
    ...validateUlimits(spec),
    ...validateSysctls(spec),
    ...validateSecurityOpts(spec),
  ];
}

function validateUser({ user, workingDir }: ContainerSettings): Problem[] {
  const problems: Problem[] = [];
  if (user !== '' && !USER.test(user)) {
    const hint = 'write a name or number, optionally with a group: app, 1000, 1000:1000';
    problems.push({ path: 'container.user', message: `${quote(user)} is not a user`, hint });
  }
  if (workingDir !== '' && !isAbsolute(workingDir)) {
    const message = `${quote(workingDir)} is not an absolute path`;
    problems.push({ path: 'container.workingDir', message, hint: 'begin the path with /' });
  }
  return problems;
}

function validateGroups({ groupAdd = [] }: ContainerSettings): Problem[] {
  return groupAdd.flatMap((group, index) => {
    const path = `container.groupAdd[${index}]`;
    if (groupAdd.indexOf(group) < index) return [{ path, message: `${quote(group)} is set twice` }];
    if (GROUP.test(group)) return [];
    const hint = 'write a name that the image has, or a number: video, 44';
    return [{ path, message: `${quote(group)} is not a group`, hint }];
  });
}

/** In the IPC namespace of the capsule, `/dev/shm` is the capsule's. */
function validateSharedMemory({ shmSize, hostIpc }: ContainerSettings): Problem[] {
  const path = 'container.shmSize';
  if (shmSize !== undefined && hostIpc) {
    const message = 'would change the shared memory of the capsule';
    return [{ path, message, hint: 'remove hostIpc' }];
  }
  return problemsOfRange(path, shmSize, SHM_LEAST_BYTES, Number.MAX_SAFE_INTEGER, 'bytes');
}

function validateResources({ resources }: ContainerSettings): Problem[] {
  const { memoryBytes, cpuMillis, cpuShares, pids } = resources;
  const path = 'container.resources';
  return [
    ...problemsOfRange(
      `${path}.memory`,
      memoryBytes,
      MEMORY_LEAST_BYTES,
      Number.MAX_SAFE_INTEGER,
      'bytes',
    ),
    ...problemsOfRange(`${path}.cpu`, cpuMillis, CPU_LEAST_MILLIS, CPU_MOST_MILLIS, 'm'),
    ...problemsOfRange(`${path}.cpuShares`, cpuShares, CPU_SHARES_LEAST, CPU_SHARES_MOST, 'shares'),
    ...problemsOfRange(`${path}.pids`, pids, 1, PIDS_MOST, 'processes'),
  ];
}

function validateCapabilities({ capabilities }: ContainerSettings): Problem[] {
  return (['add', 'drop'] as const).flatMap((field) =>
    capabilities[field].flatMap((name, index) => {
      if (name === 'ALL' || CAPABILITY_NAMES.includes(name)) return [];
      const near = nearestWord(name, CAPABILITY_NAMES);
      const path = `container.capabilities.${field}[${index}]`;
      const hint = near ? `did you mean ${near}?` : 'use a name of capabilities(7), or ALL';
      return [{ path, message: `${quote(name)} is not a capability`, hint }];
    }),
  );
}

function validateDevices({ devices = [] }: ContainerSettings): Problem[] {
  return devices.flatMap((device, index) => {
    const path = `container.devices[${index}]`;
    if (devices.indexOf(device) < index) {
      return [{ path, message: `${quote(device)} is listed twice` }];
    }
    const isDevice = device.startsWith('/dev/') && device === plainPath(device);
    if (isDevice && isAbsolute(device)) return [];
    const hint = 'write the path of a device of the capsule as it is: /dev/ttyUSB0, /dev/dri';
    return [{ path, message: `${quote(device)} is not the path of a device`, hint }];
  });
}

function validateSecurityOpts({ securityOpts = [] }: ContainerSettings): Problem[] {
  return securityOpts.flatMap((opt, index) => {
    const problem = problemOfSecurityOpt(opt, securityOpts.slice(0, index));
    if (problem === undefined) return [];
    const path = `container.securityOpts[${index}]`;
    return [{ path, message: `${quote(opt)} ${problem}`, hint: SECURITY_OPTS.join(', ') }];
  });
}

function validateUlimits({ ulimits }: ContainerSettings): Problem[] {
  const taken = new Set<string>();
  return ulimits.flatMap((limit, index) => {
    const path = `container.ulimits[${index}]`;
    const isDouble = taken.has(limit.name);
    taken.add(limit.name);
    if (isDouble) return [{ path, message: `${limit.name} is set twice` }];
    return validateUlimit(path, limit);
  });
}

function validateUlimit(path: string, { name, soft, hard }: Ulimit): Problem[] {
  if (!ULIMIT_NAMES.includes(name)) {
    const near = nearestWord(name, ULIMIT_NAMES);
    const hint = near ? `did you mean ${near}?` : ULIMIT_NAMES.join(', ');
    return [{ path: `${path}.name`, message: `${quote(name)} is not the name of a limit`, hint }];
  }
  for (const [field, value] of Object.entries({ soft, hard })) {
    if (value !== 'unlimited' && !isWhole(value)) {
      return [{ path: `${path}.${field}`, message: 'is neither a whole number nor unlimited' }];
    }
  }
  const isAbove = hard !== 'unlimited' && (soft === 'unlimited' || soft > hard);
  return isAbove ? [{ path: `${path}.soft`, message: 'is above the hard limit' }] : [];
}

/** The settings that the kernel keeps for each namespace. */
const IPC_SYSCTL =
  /^(kernel\.(shm(max|all|mni|_rmid_forced)|msg(max|mnb|mni)|sem)|fs\.mqueue\.[a-z_]+)$/;
const NETWORK_SYSCTL = /^net(\.[A-Za-z0-9_-]+){2,8}$/;

function validateSysctls({ sysctls, networkMode, hostIpc }: WorkloadSpec): Problem[] {
  return Object.entries(sysctls).flatMap(([name, value]): Problem[] => {
    const path = `container.sysctls.${name}`;
    const isNetwork = NETWORK_SYSCTL.test(name);
    if (!isNetwork && !IPC_SYSCTL.test(name)) {
      const hint = 'you can set net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*';
      return [{ path, message: 'cannot be set for one workload alone', hint }];
    }
    if (isNetwork && networkMode === 'host') {
      return [
        { path, message: 'would change the network of the capsule', hint: 'use bridge mode' },
      ];
    }
    if (!isNetwork && hostIpc) {
      return [{ path, message: 'would change the IPC of the capsule', hint: 'remove hostIpc' }];
    }
    const isText = value !== '' && value.length <= SYSCTL_VALUE_MOST && !/[\0\n]/.test(value);
    return isText ? [] : [{ path, message: `${quote(value)} is not a valid value` }];
  });
}
