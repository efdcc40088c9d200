import {
  type CellNamespaces,
  type CellNetwork,
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSpec,
  type ContainerStep,
  type ContainerVolume,
  cellKey,
  containerSettings,
  type VolumeBackend,
  type VolumeMount,
  volumeUse,
} from '@capsule/core';
import type { Addresses } from '../../store/addresses.ts';
import type { VolumeRecords } from '../../volume/records.ts';
import type { ContainerExecutor, PlacedContainer } from '../steps.ts';
import { folderPlace } from './folder-place.ts';

export interface CreateContainerParts {
  readonly runtime: Pick<ContainerRuntime, 'create'>;
  readonly network: Pick<CellNetwork, 'files' | 'hostFiles' | 'namespacePath' | 'tap'>;
  readonly namespaces: Pick<CellNamespaces, 'paths'>;
  readonly addresses: Pick<Addresses, 'get'>;
  readonly volumes: Pick<VolumeRecords, 'get'>;
  readonly volumeBackend: Pick<VolumeBackend, 'devicePath' | 'folderPath' | 'hostPath'>;
  readonly logPath: (ref: ContainerRef) => string;
}

export function createContainer(parts: CreateContainerParts): ContainerExecutor<'createContainer'> {
  return (at, step, signal) => parts.runtime.create(containerSpec(parts, at, step), signal);
}

function containerSpec(
  parts: CreateContainerParts,
  at: PlacedContainer,
  { ref, reference, revision }: Extract<ContainerStep, { readonly do: 'createContainer' }>,
): ContainerSpec {
  const { id, spec: shared } = at.cell;
  const { role, spec } = at.container;
  const isHost = shared.networkMode === 'host';
  return {
    ...containerSettings(spec),
    ref,
    role,
    image: reference,
    command: spec.command,
    args: spec.args,
    env: spec.env,
    hostname: shared.hostname === '' ? id.cell : shared.hostname,
    ...(shared.microVm && { microVm: shared.microVm }),
    ...(shared.kind === 'container' && { shared: parts.namespaces.paths(cellKey(id)) }),
    network: networkOf(parts, at),
    volumes: spec.mounts.map((mount, index) => describeVolumeOf(parts, at, { mount, index })),
    files: isHost ? parts.network.hostFiles(cellKey(id)) : parts.network.files(cellKey(id)),
    logPath: parts.logPath(ref),
    revision,
  };
}

function describeVolumeOf(
  { volumeBackend, volumes }: CreateContainerParts,
  at: PlacedContainer,
  { mount, index }: { readonly mount: VolumeMount; readonly index: number },
): ContainerVolume {
  const { volumeName: name, mountPath: target, readOnly, subPath, copyUp } = mount;
  const path =
    subPath === undefined
      ? volumeBackend.hostPath(name)
      : volumeBackend.folderPath(name, folderPlace(at.container, index));
  return {
    name,
    target,
    readOnly,
    ...(subPath !== undefined && { subPath }),
    copyUp: copyUp && volumes.get(name)?.filling !== 'done',
    source: volumeUse(at.cell.spec) === 'lent' ? volumeBackend.devicePath(name) : path,
  };
}

function networkOf(
  { network, addresses }: CreateContainerParts,
  { cell: { id, spec } }: PlacedContainer,
): ContainerSpec['network'] {
  const address = addresses.get(id);
  if (spec.kind === 'microVm' && address !== undefined) return { tap: network.tap(address) };
  if (spec.networkMode === 'host') return 'host';
  return { namespacePath: network.namespacePath(cellKey(id)) };
}
