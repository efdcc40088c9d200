import {
  type CellNetwork,
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSpec,
  type ContainerVolume,
  cellKey,
  containerSettings,
  type ImageStore,
  type LogStore,
  type PullProgress,
  type Step,
  type VolumeBackend,
  type VolumeMount,
  volumeUse,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import { type Database, Semaphore } from '@capsule/engine';
import type { PortPublisher } from '../network/publish-ports.ts';
import type { PauseCommands } from '../pause/commands.ts';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { VolumeAttachments } from '../volume/attach.ts';
import type { VolumeFiller } from '../volume/fill.ts';
import type { VolumeRecords } from '../volume/records.ts';
import { workloadError } from './errors.ts';
import type { WorkloadObserver } from './observe.ts';

/** More pulls at once would only slow each other down. */
const PULLS_AT_ONCE = 8;

export interface WorkloadStepParts {
  readonly db: Database;
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly observer: WorkloadObserver;
  readonly publisher: PortPublisher;
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly network: CellNetwork;
  readonly logs: LogStore;
  readonly volumes: VolumeRecords;
  readonly volumeBackend: VolumeBackend;
  readonly attachments: VolumeAttachments;
  readonly filler: VolumeFiller;
  readonly pauses: PauseCommands;
  /** Where the log writer puts the output of a container. */
  readonly logPath: (ref: ContainerRef) => string;
  /** Of a microVM's console. */
  readonly serialLogPath: (ref: ContainerRef) => string;
}

type Executors = {
  readonly [N in Step['do']]: (
    record: WorkloadRecord,
    step: Extract<Step, { readonly do: N }>,
    signal: AbortSignal,
  ) => Promise<unknown>;
};

export type RunWorkloadStep = (
  record: WorkloadRecord,
  step: Step,
  signal: AbortSignal,
) => Promise<void>;

/** Binds the steps of a plan to the ports. Every step is idempotent. */
export function createWorkloadSteps(parts: WorkloadStepParts): RunWorkloadStep {
  const { observer, publisher, runtime, images, network, attachments, filler } = parts;
  const pulls = new Semaphore(PULLS_AT_ONCE);
  const executors: Executors = {
    pullImage: async (record, { reference }, signal) => {
      const { name } = record.spec;
      observer.recordEvent(record, 'Pulling', `pulling ${reference}`);
      const tell = (progress: PullProgress) => observer.reportProgress(name, progress);
      const image = await pulls.hold(() => images.pull(reference, tell, signal), signal);
      if (record.spec.imagePullPolicy === 'always') observer.recordPull(record);
      observer.recordEvent(record, 'Pulled', `pulled ${reference} (${image.digest})`);
    },
    missImage: async ({ spec: { name } }, { reference }) => {
      throw workloadError.IMAGE_ABSENT({ name, reference });
    },
    attachNetwork: (_record, step, signal) => network.attach(step, signal),
    detachNetwork: async ({ spec: { name } }, { key }, signal) => {
      await network.detach(key, signal);
      // A host-mode workload needs no address; one that stops keeps it for its next start. Its spec may have
      // changed while this waited, and the address been claimed again.
      const now = parts.specs.get(name);
      if (now?.desired === 'running' && now.spec.networkMode === 'host')
        parts.addresses.release(now.ref.cell);
    },
    publishPorts: ({ spec: { name } }) => publisher.sync(name),
    attachVolumes: ({ ref, spec }, { names }, signal) =>
      inTurn(names, (name) =>
        attachments.attach(name, { holder: ref.cell, use: volumeUse(spec) }, signal),
      ),
    detachVolumes: ({ ref }, { names }, signal) =>
      inTurn(names, (name) => attachments.release(name, ref.cell, signal)),
    fillVolumes: (record, { names }, signal) =>
      inTurn(names, (name) => filler.fill(record, name, signal)),
    createContainer: (record, step, signal) =>
      runtime.create(containerSpec(parts, record, step), signal),
    limitContainer: (_record, { ref, resources }, signal) => runtime.update(ref, resources, signal),
    startContainer: async (record, { ref }, signal) => {
      const { name } = record.spec;
      await bindFolders(parts, record.spec, signal);
      parts.pauses.forget(ref);
      observer.recordStart(name);
      observer.reportProgress(name, { stage: 'starting', doneBytes: 0, totalBytes: 0 });
      const seen = await runtime.start(ref, signal);
      filler.recordFilled(record);
      observer.endProgress(name);
      observer.recordSeen(name, seen);
    },
    stopContainer: async ({ spec: { name, stopSignal } }, { ref, graceMs }, signal) => {
      observer.reportProgress(name, { stage: 'stopping', doneBytes: 0, totalBytes: 0 });
      await runtime.stop(ref, { graceMs, stopSignal }, signal);
    },
    removeContainer: (_record, { ref }, signal) => runtime.remove(ref, signal),
    removeLogs: (_record, { ref }) => removeLogs(parts, ref),
    forget: async (record) => {
      // Where no line was written there is no log, but a start that was cut short made its folder.
      await removeLogs(parts, record.ref);
      forget(parts, record);
    },
  };
  return async (record, step, signal) => {
    const execute = executors[step.do] as (
      record: WorkloadRecord,
      step: Step,
      signal: AbortSignal,
    ) => Promise<unknown>;
    await execute(record, step, signal);
  };
}

async function inTurn(
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  for (const name of names) await work(name);
}

async function removeLogs(
  { logs, logPath, serialLogPath }: WorkloadStepParts,
  ref: ContainerRef,
): Promise<void> {
  await logs.remove(serialLogPath(ref));
  await logs.remove(logPath(ref));
}

function forget(parts: WorkloadStepParts, record: WorkloadRecord): void {
  const { name } = record.spec;
  parts.db.transaction(() => {
    if (!parts.specs.remove(record)) return;
    parts.addresses.release(record.ref.cell);
    parts.pauses.forget(record.ref);
    parts.observer.recordEvent(record, 'Deleted', 'nothing is left of it');
  });
  parts.observer.forget(name);
}

function containerSpec(
  parts: WorkloadStepParts,
  record: WorkloadRecord,
  { ref, reference, revision }: Extract<Step, { readonly do: 'createContainer' }>,
): ContainerSpec {
  const { role, spec } = record;
  const isHost = spec.networkMode === 'host';
  return {
    ...containerSettings(spec),
    ref,
    role,
    image: reference,
    command: spec.command,
    args: spec.args,
    env: spec.env,
    hostname: spec.hostname === '' ? spec.name : spec.hostname,
    ...(spec.microVm && { microVm: spec.microVm }),
    network: networkOf(parts, record),
    volumes: spec.mounts.map((mount, index) => describeVolumeOf(parts, spec, { mount, index })),
    files: isHost ? parts.network.hostFiles() : parts.network.files(cellKey(ref.cell)),
    logPath: parts.logPath(ref),
    revision,
  };
}

function describeVolumeOf(
  { volumeBackend, volumes }: WorkloadStepParts,
  spec: WorkloadSpec,
  { mount, index }: { readonly mount: VolumeMount; readonly index: number },
): ContainerVolume {
  const { volumeName: name, mountPath: target, readOnly, subPath, copyUp } = mount;
  const path =
    subPath === undefined ? volumeBackend.hostPath(name) : volumeBackend.folderPath(name, index);
  return {
    name,
    target,
    readOnly,
    ...(subPath !== undefined && { subPath }),
    copyUp: copyUp && volumes.get(name)?.filling !== 'done',
    source: volumeUse(spec) === 'lent' ? volumeBackend.devicePath(name) : path,
  };
}

/** At each start: what was bound for an earlier one may have been moved in the volume. */
async function bindFolders(
  { volumeBackend }: WorkloadStepParts,
  spec: WorkloadSpec,
  signal: AbortSignal,
): Promise<void> {
  if (volumeUse(spec) === 'lent') return;
  for (const name of new Set(spec.mounts.map(({ volumeName }) => volumeName))) {
    const isMade = spec.mounts.some((mount) => mount.volumeName === name && !mount.readOnly);
    const folders = spec.mounts.flatMap(({ volumeName, subPath }, index) =>
      volumeName === name && subPath !== undefined ? [{ index, subPath, isMade }] : [],
    );
    if (folders.length > 0) await volumeBackend.bindFolders(name, folders, signal);
  }
}

function networkOf(
  { network, addresses }: WorkloadStepParts,
  { ref, spec: { kind, networkMode } }: WorkloadRecord,
): ContainerSpec['network'] {
  const address = addresses.get(ref.cell);
  if (kind === 'microVm' && address !== undefined) return { tap: network.tap(address) };
  if (networkMode === 'host') return 'host';
  return { namespacePath: network.namespacePath(cellKey(ref.cell)) };
}
