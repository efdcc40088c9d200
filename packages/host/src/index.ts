export { FileFollower, type FileFollowerParts } from './file/file-follower.ts';
export { type IpOptions, ipBatch, ipBatchAll, ipShow, ipShowAll } from './net/ip.ts';
export { ipError } from './net/ip-errors.ts';
export { namespaceNames, namespaceState, pinnedNamespacePath } from './net/namespace.ts';
export { nftHasTable, nftLoad } from './net/nft.ts';
export { nftError } from './net/nft-errors.ts';
export { readSysctl, sysctlError, writeSysctl } from './net/sysctl.ts';
export { processError } from './process/errors.ts';
export { type RunOptions, type RunResult, run } from './process/run.ts';
