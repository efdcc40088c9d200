export { atOnceUnlessMissing } from './file/at-once-unless-missing.ts';
export { cloneFile, sharesBlocks } from './file/clone-file.ts';
export * from './file/empty-folder.ts';
export { ensureFolder, ensureFolderError } from './file/ensure-folder.ts';
export { makeFolderAs, writeFileAs } from './file/exact-mode.ts';
export { exists, isTaken } from './file/exists.ts';
export { FileFollower, type FileFollowerParts } from './file/file-follower.ts';
export { lockFile, lockFileError } from './file/lock-file.ts';
export { namesIn } from './file/names-in.ts';
export { removeEmptyFolder } from './file/remove-empty-folder.ts';
export { unlessMissing } from './file/unless-missing.ts';
export { isElf, unpackKernel } from './kernel/unpack-kernel.ts';
export { type Acceleration, findAcceleration } from './kvm/acceleration.ts';
export { type IpOptions, ipBatch, ipBatchAll, ipShow, ipShowAll } from './net/ip.ts';
export { ipError } from './net/ip-errors.ts';
export {
  type ListeningSocket,
  listeningSockets,
  ownerOfSocket,
  type SocketOwner,
} from './net/listeners.ts';
export { localRanges } from './net/local-addresses.ts';
export {
  namespaceNames,
  namespaceState,
  namespaceStateAt,
  pinnedNamespacePath,
} from './net/namespace.ts';
export { type NftMapElement, nftHasTable, nftLoad, nftMap } from './net/nft.ts';
export { nftError } from './net/nft-errors.ts';
export { parseResolvConf, type ResolvConf } from './net/resolv-conf.ts';
export { readSysctl, sysctlError, writeSysctl } from './net/sysctl.ts';
export { processError } from './process/errors.ts';
export { listPids, type ProcEntry, readEntry, readProc, statFields } from './process/proc-entry.ts';
export { requirePipes } from './process/require-pipes.ts';
export { type RunOptions, type RunResult, run } from './process/run.ts';
export { signalProcess } from './process/signal-process.ts';
export { findContent, parseSignatures } from './storage/blank.ts';
export { copyImage, deviceBytes } from './storage/device.ts';
export { storageError } from './storage/errors.ts';
export {
  checkExt4,
  type Ext4,
  growExt4,
  identifyExt4,
  makeExt4,
  readExt4,
  replayExt4,
} from './storage/ext4.ts';
export { freeze, thaw } from './storage/freeze.ts';
export {
  FIRST_USABLE_SECTOR,
  type GptBytes,
  type GptPartition,
  type GptTable,
  lastUsableSector,
  MOST_PARTITIONS,
  readGptCopy,
  SECTOR_BYTES,
  writeGpt,
} from './storage/gpt.ts';
export {
  attachLoop,
  detachLoop,
  findLoop,
  growLoop,
  type OpenLoop,
  openLoop,
} from './storage/loop.ts';
export { makeLoopNodes } from './storage/loop-nodes.ts';
export {
  type LogicalVolume,
  type LvmSettings,
  listLogicalVolumes,
  lvm,
  parseLogicalVolumes,
} from './storage/lvm.ts';
export {
  bindOpen,
  listMounts,
  type MountPoint,
  mount,
  shareMounts,
  unmount,
} from './storage/mounts.ts';
export { type DiskUser, type TakeDiskOptions, takeDisk } from './storage/take-disk.ts';
export { trim } from './storage/trim.ts';
