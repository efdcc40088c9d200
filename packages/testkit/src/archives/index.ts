export { ARCHIVE_CASES, type ArchiveCase, type ArchiveFormat } from './archive-cases.ts';
export { DAMAGED_ARCHIVES, type DamagedArchive } from './damaged-archives.ts';
export { expectedTree, type ReadRule } from './expected-tree.ts';
export { packWithTar, unpackWithTar } from './gnu-tar.ts';
export { makeTree, pathOf, secondsOf } from './make-tree.ts';
export { paxRecords, type RawEntry, rawArchive, rawEntry } from './raw-archive.ts';
export { describeTree, type Exactness, readTree } from './read-tree.ts';
export { bytesOf, type DataPiece, entry, file, type TreeEntry } from './tree-entry.ts';
