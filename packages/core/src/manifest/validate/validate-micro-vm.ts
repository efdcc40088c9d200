import {
  FIRECRACKER_VOLUMES_MOST,
  isPrebuilt,
  MICRO_VM_DEFAULTS,
  MICRO_VM_LEAST_MIB,
  MICRO_VM_VOLUMES_MOST,
  type MicroVmSettings,
} from '../../resource/cell/micro-vm.ts';
import { formatSize } from '../../resource/size.ts';
import { VOLUME_MAX_BYTES, VOLUME_UNIT_BYTES } from '../../resource/volume/volume.ts';
import type { WorkloadSpec } from '../../resource/workload/workload.ts';
import type { Problem } from '../problem.ts';
import { isAbsolute, problemsOfRange, quote } from './rule.ts';

const VCPUS_MOST = 32;
const MEMORY_MOST_MIB = 1024 ** 2;
const ROOTFS_LEAST_BYTES = 64 * 1024 ** 2;
const CMDLINE = /^[\x20-\x7e]*$/;
const CMDLINE_MOST = 1024;
/** Parameters of the kernel with which a microVM would not be one of the capsule's any more. */
const CMDLINE_OWNED = ['init=', 'rdinit=', 'panic='];

/** The rules of what only a microVM has, or does not have. Paths are those of a manifest. */
export function validateMicroVm(spec: WorkloadSpec): readonly Problem[] {
  if (spec.kind !== 'microVm') return [];
  const settings = spec.microVm ?? MICRO_VM_DEFAULTS;
  const { vcpus, memoryMib, rootfsSizeBytes, kernelCmdlineExtra } = settings;
  return [
    ...(isPrebuilt(settings) ? validatePrebuilt(spec, settings) : []),
    ...problemsOfRange('microVm.vcpus', vcpus, 1, VCPUS_MOST, ''),
    ...problemsOfRange('microVm.memoryMib', memoryMib, MICRO_VM_LEAST_MIB, MEMORY_MOST_MIB, 'MiB'),
    ...validateVolumes(spec, settings),
    ...validateRootfsSize(rootfsSizeBytes),
    ...validateCmdline(kernelCmdlineExtra),
    ...validateContainerOnly(spec),
  ];
}

/** Each is a disk, however often it is mounted. */
function validateVolumes({ mounts }: WorkloadSpec, { backend }: MicroVmSettings): Problem[] {
  const disks = new Set(mounts.map(({ volumeName }) => volumeName)).size;
  const most = backend === 'firecracker' ? FIRECRACKER_VOLUMES_MOST : MICRO_VM_VOLUMES_MOST;
  if (disks <= most) return [];
  const message = `a microVM can mount at most ${most} volumes, not ${disks}`;
  return [{ path: 'microVm.mounts', message, hint: 'combine volumes, or use kind: Container' }];
}

function validateRootfsSize(bytes: number): Problem[] {
  const path = 'microVm.rootfsSize';
  if (!Number.isSafeInteger(bytes)) return [{ path, message: 'is not a number of bytes' }];
  const hint = `${formatSize(ROOTFS_LEAST_BYTES)} to ${formatSize(VOLUME_MAX_BYTES)}, in whole MiB`;
  const isRight =
    bytes >= ROOTFS_LEAST_BYTES && bytes <= VOLUME_MAX_BYTES && bytes % VOLUME_UNIT_BYTES === 0;
  return isRight ? [] : [{ path, message: `${formatSize(bytes)} is not valid`, hint }];
}

function validateCmdline(text: string): Problem[] {
  const path = 'microVm.kernelCmdlineExtra';
  if (!CMDLINE.test(text)) {
    return [
      {
        path,
        message: 'contains characters other than printable ASCII',
        hint: 'write it in one line',
      },
    ];
  }
  if (text.length > CMDLINE_MOST) {
    return [
      { path, message: `is ${text.length} characters long; at most ${CMDLINE_MOST} are allowed` },
    ];
  }
  // The kernel takes a parameter in quotes for the same.
  const words = text.split(' ').map((word) => word.replace(/^"/, ''));
  const isSet = (owned: string) => words.some((word) => word.startsWith(owned));
  return CMDLINE_OWNED.filter(isSet).map((owned) => ({
    path,
    message: `the capsule itself sets ${owned}`,
    hint: 'remove it',
  }));
}

/** A manifest and the wire cannot say most of this; a stored spec could. */
function validateContainerOnly(spec: WorkloadSpec): Problem[] {
  const problems: Problem[] = [];
  if (spec.networkMode !== 'bridge') {
    const hint = 'remove networkMode; connect to the address of the microVM, or publish ports';
    const message = 'a microVM has its own kernel and network, and is always on the bridge';
    problems.push({ path: 'microVm.networkMode', message, hint });
  }
  if (spec.resources.memoryBytes !== undefined) {
    const message = 'a microVM has a fixed amount of memory';
    problems.push({ path: 'microVm.resources.memory', message, hint: 'set memoryMib instead' });
  }
  problems.push(...validateOthers(spec));
  for (const field of ['hostPid', 'hostIpc', 'hostBindPaths'] as const) {
    if (isEmpty(spec[field])) continue;
    const message = 'a microVM shares nothing with the capsule';
    problems.push({ path: `microVm.${field}`, message, hint: 'use kind: Container' });
  }
  return problems;
}

/** Fields that no manifest of a microVM can say; a stored spec could say them. */
function validateOthers(spec: WorkloadSpec): Problem[] {
  const { groupAdd = [], devices = [], shmSize, securityOpts = [], resources, tmpfs } = spec;
  const said: Readonly<Record<string, boolean>> = {
    groupAdd: groupAdd.length > 0,
    devices: devices.length > 0,
    shmSize: shmSize !== undefined,
    securityOpts: securityOpts.length > 0,
    'resources.cpuShares': resources.cpuShares !== undefined,
    'tmpfs.options': tmpfs.some(({ options = [] }) => options.length > 0),
  };
  return Object.entries(said)
    .filter(([, isSaid]) => isSaid)
    .map(([field]) => ({
      path: `microVm.${field}`,
      message: 'a microVM does not have this field',
      hint: 'use kind: Container',
    }));
}

const INSIDE = 'configure it in the root file system, or use image';
/** Settings that the agent of an image applies in a microVM, and the alternative without an agent. */
const NEEDS_AGENT = {
  command: INSIDE,
  args: INSIDE,
  workingDir: INSIDE,
  user: INSIDE,
  env: INSIDE,
  hostname: INSIDE,
  extraHosts: INSIDE,
  dns: INSIDE,
  stopSignal: 'the capsule asks it to power off, and kills it after stopGraceSeconds',
  tmpfs: INSIDE,
  readOnlyRootFilesystem: 'write `ro` in kernelCmdlineExtra, or use image',
  capabilities: INSIDE,
  privileged: 'its programs already have full access to the microVM',
  mounts: 'only the agent of an image mounts volumes: use image',
  ulimits: INSIDE,
  sysctls: INSIDE,
} as const satisfies Partial<Record<keyof WorkloadSpec, string>>;

function validatePrebuilt(spec: WorkloadSpec, settings: MicroVmSettings): Problem[] {
  const { healthCheck, resources, imagePullPolicy } = spec;
  const problems = (['kernelPath', 'rootfsPath'] as const).flatMap((field): Problem[] => {
    const [path, text] = [`microVm.${field}`, settings[field]];
    if (text === '') {
      return [{ path, message: 'is missing', hint: 'set both kernelPath and rootfsPath' }];
    }
    if (isAbsolute(text)) return [];
    const message = `${quote(text)} is not an absolute path on the capsule`;
    return [{ path, message, hint: 'begin with /, and do not use `..`' }];
  });
  if (spec.image !== '') {
    const message = 'cannot be combined with kernelPath and rootfsPath';
    problems.push({ path: 'microVm.image', message, hint: 'set the image, or both paths' });
  }
  const refuse = (field: string, hint: string) => {
    const message =
      'needs an agent, which a microVM with its own kernelPath and rootfsPath does not have';
    problems.push({ path: `microVm.${field}`, message, hint });
  };
  for (const [field, hint] of Object.entries(NEEDS_AGENT)) {
    if (!isEmpty(spec[field as keyof typeof NEEDS_AGENT])) refuse(field, hint);
  }
  if (healthCheck?.probe.kind === 'exec') refuse('healthCheck.exec', 'use a probe by http or tcp');
  if (resources.pids !== undefined) refuse('resources.pids', INSIDE);
  const noImage = 'remove it: this microVM has no image';
  if (imagePullPolicy !== 'ifNotPresent') refuse('imagePullPolicy', noImage);
  if (settings.rootfsSizeBytes !== MICRO_VM_DEFAULTS.rootfsSizeBytes) {
    refuse('rootfsSize', 'remove it: the root file system has the size of its file');
  }
  return problems;
}

/** Says nothing: also a map of lists that are all empty. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value === null) return value === '' || value === false;
  return Object.values(value).every((part) => Array.isArray(part) && part.length === 0);
}
