import type { VolumeMount } from '../../resource/cell/container.ts';
import type { HostBind, TmpfsMount } from '../../resource/cell/container-settings.ts';
import { isPathBelow, plainPath } from '../../resource/cell/plain-path.ts';
import { problemOfSubPath } from '../../resource/cell/sub-path.ts';
import { problemOfTmpfsOption, TMPFS_OPTIONS } from '../../resource/cell/tmpfs-option.ts';
import { isName } from '../../resource/name.ts';
import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { Problem } from '../problem.ts';
import { isAbsolute, isWhole, problemsOfLength, problemsOfRange, quote } from './rule.ts';

const ITEMS_MOST = 64;
/** Mount points that make up a container. */
const RESERVED = ['/', '/proc', '/sys', '/dev'];
/** Below /proc runc lets nothing else be covered (`checkProcMount` in its rootfs_linux.go). */
const PROC_FILES = ['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'stat', 'swaps', 'uptime'];

/** The rules of all that a workload mounts. Paths are those of a manifest. */
export function validateMounts({ tmpfs, hostBindPaths, mounts }: WorkloadSpec): Problem[] {
  return [
    ...problemsOfLength('container.tmpfs', tmpfs, ITEMS_MOST),
    ...problemsOfLength('container.hostBindPaths', hostBindPaths, ITEMS_MOST),
    ...problemsOfLength('container.mounts', mounts, ITEMS_MOST),
    ...mounts.flatMap((mount, index) => validateVolume(`container.mounts[${index}]`, mount)),
    ...validateTargets({ tmpfs, hostBindPaths, mounts }),
    ...hostBindPaths.flatMap((bind, i) => validateBind(`container.hostBindPaths[${i}]`, bind)),
    ...tmpfs.flatMap((mount, index) => validateTmpfs(`container.tmpfs[${index}]`, mount)),
  ];
}

function validateTargets({
  tmpfs,
  hostBindPaths,
  mounts,
}: Pick<WorkloadSpec, 'tmpfs' | 'hostBindPaths' | 'mounts'>): Problem[] {
  const targets = [
    ...tmpfs.map(({ mountPath }, index) => [`container.tmpfs[${index}]`, mountPath] as const),
    ...hostBindPaths.map(({ target }, i) => [`container.hostBindPaths[${i}]`, target] as const),
    ...mounts.map(({ mountPath }, i) => [`container.mounts[${i}].mountPath`, mountPath] as const),
  ];
  const taken = new Map<string, string>();
  return targets.flatMap(([path, target]) => validateTarget(path, target, taken));
}

function validateTarget(path: string, target: string, taken: Map<string, string>): Problem[] {
  if (!isAbsolute(target)) return [notAbsolute(path, target, 'in the workload')];
  const place = plainPath(target);
  const first = taken.get(place);
  taken.set(place, first ?? path);
  const problem = reserved(place);
  if (problem !== undefined) return [{ path, ...problem }];
  if (first === undefined) return [];
  const message = `${place} is mounted twice, first by ${first.replace(/^container\./, '')}`;
  return [{ path, message }];
}

function reserved(place: string): Omit<Problem, 'path'> | undefined {
  if (RESERVED.includes(place)) {
    const hint = place === '/proc' ? 'mount at another path' : `mount below ${place}`;
    return { message: `${place} cannot be replaced: every workload needs it`, hint };
  }
  if (!isPathBelow(place, '/proc') || PROC_FILES.includes(place.slice('/proc/'.length))) {
    return undefined;
  }
  const hint = `mount at another path; below /proc, only these can be mounted over: ${PROC_FILES.join(', ')}`;
  return { message: `${place} belongs to the kernel, like everything below /proc`, hint };
}

/** With other options than `:ro`, as `:ro,z`, a text would be read as a path, and what was to be read-only is not. */
function validateBind(path: string, { source, target }: HostBind): Problem[] {
  if (`${source}${target}`.includes(':')) {
    const message = `${quote(`${source}:${target}`)} has one \`:\` too many`;
    return [{ path, message, hint: 'write SOURCE[:TARGET][:ro]; there are no other options' }];
  }
  if (source === target || isAbsolute(source)) return [];
  return [notAbsolute(path, source, 'on the capsule')];
}

function validateVolume(path: string, { volumeName, ...mount }: VolumeMount): Problem[] {
  if (isName(volumeName)) return validateSubPath(path, mount);
  const hint = 'use at most 63 characters a-z, 0-9 and `-`, with a letter or digit at both ends';
  const message = `${quote(volumeName)} is not a valid name`;
  return [{ path: `${path}.volumeName`, message, hint }, ...validateSubPath(path, mount)];
}

function validateSubPath(
  path: string,
  { subPath, copyUp }: Pick<VolumeMount, 'subPath' | 'copyUp'>,
): Problem[] {
  if (subPath === undefined) return [];
  const problem = problemOfSubPath(subPath);
  if (problem !== undefined) {
    const hint = 'write a relative path such as `data/pg`';
    return [{ path: `${path}.subPath`, message: `${quote(subPath)} ${problem}`, hint }];
  }
  if (!copyUp) return [];
  const message = 'cannot be combined with subPath';
  return [
    {
      path: `${path}.copyUp`,
      message,
      hint: 'the capsule copies image content only into a whole volume',
    },
  ];
}

function validateTmpfs(path: string, { sizeBytes, mode, options = [] }: TmpfsMount): Problem[] {
  const isMode = mode === undefined || (isWhole(mode) && mode <= 0o7777);
  return [
    ...problemsOfRange(`${path}.size`, sizeBytes, 4096, Number.MAX_SAFE_INTEGER, 'bytes'),
    ...(isMode ? [] : [{ path: `${path}.mode`, message: 'is not a valid mode' }]),
    ...options.flatMap((option, index) => {
      const problem = problemOfTmpfsOption(option);
      if (problem === undefined) return [];
      const message = `${quote(option)} ${problem}`;
      return [{ path: `${path}.options[${index}]`, message, hint: TMPFS_OPTIONS.join(', ') }];
    }),
  ];
}

function notAbsolute(path: string, text: string, where: string): Problem {
  const message = `${quote(text)} is not an absolute path ${where}`;
  return { path, message, hint: 'begin with /, and do not use `..`' };
}
