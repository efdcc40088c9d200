import assert from 'node:assert/strict';
import {
  LogSource,
  LogStream,
  MicroVMBackend,
  type RestartPolicy,
  type Workload,
  WorkloadKind,
} from '@capsule/api/wire';
import { stretched } from '../lab/stretched.ts';
import type { Backend, VmSetting } from './vm-setting.ts';

/** The time limit of each wait, on a dedicated machine. */
const PATIENCE_MS = 60_000;

const BACKENDS = {
  qemu: MicroVMBackend.MICRO_VM_BACKEND_QEMU,
  firecracker: MicroVMBackend.MICRO_VM_BACKEND_FIRECRACKER,
} as const;

/** It can write only below /tmp, and its user is not root. */
const CONFINED = { readOnlyRootFilesystem: true, tmpfs: [{ mountPath: '/tmp' }] };
/** Ready as soon as it runs. */
const QUICK = { minReadySeconds: 0 };

/** The tests' settings of a microVM, in the fields of its manifest. */
export interface VmSpec {
  readonly backend: Backend;
  readonly image?: string;
  readonly args?: string[];
  readonly kernelPath?: string;
  readonly rootfsPath?: string;
  readonly mounts?: Mount[];
  readonly privileged?: boolean;
  /** Default: the user of the image, who is not root. */
  readonly user?: string;
  readonly readOnlyRootFilesystem?: boolean;
  readonly tmpfs?: { readonly mountPath: string }[];
  readonly restartPolicy?: RestartPolicy;
  readonly stopGraceSeconds?: number;
}

interface Mount {
  readonly volumeName: string;
  readonly mountPath: string;
}

/** Applies a microVM on this monitor. Returns before it runs. */
export async function applyVm(
  { client }: VmSetting,
  name: string,
  { backend, ...rest }: VmSpec,
): Promise<void> {
  // The capsule does not manage the root of a prebuilt microVM.
  const confined = rest.rootfsPath === undefined ? CONFINED : {};
  const microVm = { ...QUICK, memoryMib: 192, ...confined, ...rest, backend: BACKENDS[backend] };
  await client.workload.apply({ workload: { name, kind: WorkloadKind.MICRO_VM, microVm } });
}

/** The same for a container. */
export async function applyContainer(
  { client }: VmSetting,
  name: string,
  container: { readonly image: string; readonly mounts?: Mount[]; readonly stopSignal?: string },
): Promise<void> {
  const whole = { ...QUICK, ...CONFINED, ...container };
  await client.workload.apply({
    workload: { name, kind: WorkloadKind.CONTAINER, container: whole },
  });
}

/** Resolves with the first state of the workload that `isIt` accepts. */
export async function untilWorkload(
  { client, slowness }: Pick<VmSetting, 'client' | 'slowness'>,
  name: string,
  isIt: (workload: Workload) => boolean,
): Promise<Workload> {
  const signal = AbortSignal.timeout(stretched(PATIENCE_MS * slowness));
  let last: Workload | undefined;
  try {
    for await (const { workload } of client.workload.watch({ names: [name] }, { signal })) {
      last = workload ?? last;
      if (workload !== undefined && isIt(workload)) return workload;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
  return assert.fail(
    `waited in vain; ${name} is ${last?.status?.reason}: ${last?.status?.message}`,
  );
}

export function untilReady(setting: VmSetting, name: string): Promise<Workload> {
  return untilWorkload(setting, name, ({ status }) => status?.ready === true);
}

/** Returns the current state of the workload. */
export async function statusOf({ client }: VmSetting, name: string) {
  const { status } = await client.workload.get({ name });
  return status ?? assert.fail(`${name} has no status`);
}

export interface PrintedOptions {
  /** Default: the output of the payload. */
  readonly source?: LogSource;
  readonly limitMs?: number;
}

/** Returns the output by stream when `isEnough` accepts it. */
export async function printed(
  { client, slowness }: VmSetting,
  name: string,
  isEnough: (text: { readonly stdout: string; readonly stderr: string }) => boolean,
  { source = LogSource.PAYLOAD, limitMs = PATIENCE_MS * slowness }: PrintedOptions = {},
): Promise<void> {
  const signal = AbortSignal.timeout(stretched(limitMs));
  const text = { stdout: '', stderr: '' };
  try {
    for await (const chunk of client.workload.logs({ name, follow: true, source }, { signal })) {
      const stream = chunk.stream === LogStream.STDERR ? 'stderr' : 'stdout';
      text[stream] += Buffer.from(chunk.data).toString();
      if (isEnough(text)) return;
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
  assert.fail(`${name} printed only ${JSON.stringify(text)}`);
}

/** Deletes them, and resolves when nothing is left of them. */
export async function remove({ client }: VmSetting, ...names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => client.workload.delete({ name })));
}
