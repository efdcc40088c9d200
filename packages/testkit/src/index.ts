export { writeLogWriter } from './containerd/log-writer.ts';
export { missingContainerd, openContainerd } from './containerd/open-containerd.ts';
export { PrivateContainerd } from './containerd/private-containerd.ts';
export { bootSlotsContract } from './contracts/boot-slots.contract.ts';
export { cellCgroupsContract } from './contracts/cell-cgroups.contract.ts';
export {
  type CellNamespacesBench,
  cellNamespacesContract,
} from './contracts/cell-namespaces.contract.ts';
export { cellNetworkContract, type NetworkBench } from './contracts/cell-network.contract.ts';
export { cellTrafficContract } from './contracts/cell-traffic.contract.ts';
export {
  containerRuntimeContract,
  type RuntimeBench,
  type RuntimeCommands,
} from './contracts/container-runtime.contract.ts';
export { EventLog } from './contracts/event-log.ts';
export { execContract } from './contracts/exec.contract.ts';
export { type ImageBench, imageStoreContract } from './contracts/image-store.contract.ts';
export {
  type LogBench,
  logStoreContract,
  type WrittenEntry,
} from './contracts/log-store.contract.ts';
export {
  type NameFound,
  type NamesBench,
  nameResponderContract,
} from './contracts/name-responder.contract.ts';
export { type ProjectionBench, projectionContract } from './contracts/projection.contract.ts';
export { type SpacesBench, spaceNetworksContract } from './contracts/space-networks.contract.ts';
export { volumeBackendContract } from './contracts/volume-backend.contract.ts';
export type { VolumeBench } from './contracts/volume-bench.ts';
export { mountXfs } from './disk/mount-xfs.ts';
export { type DiskServer, serveDisk } from './disk/serve-disk.ts';
export { VolatileDisk } from './disk/volatile-disk.ts';
export { FakeBootSlots } from './fakes/fake-boot-slots.ts';
export { FakeCellCgroups } from './fakes/fake-cell-cgroups.ts';
export { FakeCellNamespaces, type FakePins } from './fakes/fake-cell-namespaces.ts';
export {
  FakeCellNetwork,
  type FakeNetworkState,
  fakeNetworkState,
} from './fakes/fake-cell-network.ts';
export { FakeContainerRuntime, type RuntimeCall } from './fakes/fake-container-runtime.ts';
export { fakeError } from './fakes/fake-error.ts';
export { FakeImageStore } from './fakes/fake-image-store.ts';
export { FakeLogStore } from './fakes/fake-log-store.ts';
export { FakeNameResponder } from './fakes/fake-name-responder.ts';
export { fakeOutside } from './fakes/fake-outside.ts';
export { FakePortListeners } from './fakes/fake-port-listeners.ts';
export { FAKE_PROGRAMS } from './fakes/fake-program.ts';
export { FakeProjection } from './fakes/fake-projection.ts';
export { FakeVolumeBackend } from './fakes/fake-volume-backend.ts';
export { noGuestVolumes } from './fakes/no-guest-volumes.ts';
export { noTransfers } from './fakes/no-transfers.ts';
export { busyboxImage, ORDINARY_USER } from './images/busybox-image.ts';
export { busyboxRecipe } from './images/stand-ins.ts';
export { type TarEntry, tar } from './images/tar.ts';
export * from './images/test-image.ts';
export { labError } from './lab/errors.ts';
export type { Lab } from './lab/lab.ts';
export { type LabRequest, startLab } from './lab/start-lab.ts';
export { BlankDisks } from './machine/blank-disks.ts';
export { inMachine } from './machine/in-machine.ts';
export { retryCrashed } from './machine/retry-crashed.ts';
export type { Machine } from './machine/run-machine.ts';
export { type MachineRequest, startMachine } from './machine/start-machine.ts';
export { askName, type NameServer } from './names/ask-name.ts';
export {
  type NameQuery,
  type NameReply,
  nameQuery,
  readNameReply,
} from './names/name-messages.ts';
export {
  type Respond,
  TestUpstream,
  type TestUpstreamOptions,
  type UpstreamQuery,
  type UpstreamWords,
  upstreamReply,
} from './names/test-upstream.ts';
export { brokenMigration, DEFECTS, type Defect } from './os/defects.ts';
export { type BundleChanges, packPanic, packUpdate } from './os/pack-update.ts';
export {
  buildTestSystem,
  newDisk,
  type OsDisk,
  type OsMachine,
  type OsSettings,
  type OsSystem,
  rebuildSystem,
  startOs,
} from './os/start-os.ts';
export { writeCut } from './power-cut/cut-disk.ts';
export { type CutPoint, disorders, prefixes } from './power-cut/cut-points.ts';
export { CutStates } from './power-cut/cut-states.ts';
export { type JudgedCut, judgeCuts, type Region } from './power-cut/judge-cuts.ts';
export { hashOf, knownSystem } from './power-cut/known-system.ts';
export { regionPlaces } from './power-cut/region-places.ts';
export { WriteLog } from './power-cut/write-log.ts';
export { type GuardedRegistry, startGuardedRegistry } from './registry/guarded-registry.ts';
export type { LabRegistry, RegistryBehaviour } from './registry/lab-registry.ts';
export { type OpenRegistry, openRegistry } from './registry/open-registry.ts';
export { answer, TestRegistry, type Treatment } from './registry/test-registry.ts';
export { inOwnNamespaces } from './traffic/own-namespaces.ts';
export { type Asked, type Served, TrafficAgent } from './traffic/traffic-agent.ts';
export { TRAFFIC_LAB, TrafficLab } from './traffic/traffic-lab.ts';
export {
  type RanInWorkload,
  type RunInWorkload,
  runInWorkload,
} from './workload/run-in-workload.ts';
