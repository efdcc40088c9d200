export { KindFiles } from './by-kind/kind-files.ts';
export { KindRuntime } from './by-kind/kind-runtime.ts';
export { namespaceError } from './cell-namespaces/errors.ts';
export { PinnedNamespaces } from './cell-namespaces/pinned-namespaces.ts';
export { KernelCgroupTree } from './cgroup/kernel-cgroup-tree.ts';
export { KernelCgroups } from './cgroup/kernel-cgroups.ts';
export {
  ContainerdConnection,
  type ContainerdConnectionOptions,
} from './containerd/client/containerd-connection.ts';
export {
  ContainerdRuntime,
  type ContainerdRuntimeOptions,
} from './containerd/containerd-runtime.ts';
export { imageError, runtimeError } from './containerd/errors.ts';
export {
  ContainerdImageSource,
  type ContainerdImageSourceOptions,
} from './containerd/image/containerd-image-source.ts';
export { ContainerdImageStores } from './containerd/image/containerd-image-stores.ts';
export type { ContainerdImagesOptions } from './containerd/image/containerd-images.ts';
export { realmError } from './containerd/realm/errors.ts';
export { fixedRealms } from './containerd/realm/fixed-realms.ts';
export { ContainerdInventory } from './containerd/realm-store/containerd-inventory.ts';
export {
  ContainerdRealms,
  type ContainerdRealmsOptions,
} from './containerd/realm-store/containerd-realms.ts';
export { filesError } from './files-program/errors.ts';
export { KernelPaths } from './host-paths/kernel-paths.ts';
export { NativeHostShell } from './host-shell/native-host-shell.ts';
export { RunningKernel } from './kernel-features/running-kernel.ts';
export { logError } from './log-files/errors.ts';
export { FileLogs } from './log-files/file-logs.ts';
export { SystemLogFile } from './log-files/system-log-file.ts';
export { microVmError } from './microvm/errors.ts';
export { type MicroVmOptions, openMicroVms } from './microvm/open-micro-vms.ts';
export { consoleLog } from './microvm/runtime/start-writers.ts';
export { type Architecture, architectureOf } from './oci/architecture.ts';
export { containerId } from './oci/container-id.ts';
export { programError } from './oci/errors.ts';
export { KernelAddresses } from './own-addresses/kernel-addresses.ts';
export { KernelPortListeners } from './port-listeners/kernel-port-listeners.ts';
export { projectionError } from './projection/errors.ts';
export { FileProjection, type FileProjectionOptions } from './projection/file-projection.ts';
export { ContainerdHosts } from './registry/containerd-hosts.ts';
export { registryError } from './registry/errors.ts';
export { NetworkProbe } from './service-probe/network-probe.ts';
export { BridgeNetwork, type BridgeNetworkOptions } from './space-network/bridge-network.ts';
export { networkError } from './space-network/errors.ts';
export { KernelRanges } from './space-network/used-ranges.ts';
export { volumeDriverError } from './volume/errors.ts';
export { type OpenedVolumes, type OpenVolumesOptions, openVolumes } from './volume/open-volumes.ts';
export { UploadFolder } from './volume/upload-folder.ts';
