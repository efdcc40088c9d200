import { action, defineErrors, remedy, type SnapshotRef } from '@capsule/core';

interface Named {
  readonly name: string;
}

/** Failures of the storage of volumes. */
export const volumeDriverError = defineErrors('VOLUME', {
  MISSING: {
    kind: 'notFound',
    message: (f: Named) => `storage of volume ${f.name} is missing`,
    hint: 'restore it from a backup, or delete the volume and create it again',
  },
  SNAPSHOT_MISSING: {
    kind: 'notFound',
    message: (f: Named) => `storage of snapshot ${f.name} is missing`,
    hint: remedy`${action('volume.snapshots')} shows the snapshots; delete the snapshot`,
  },
  IMAGE_INVALID: {
    kind: 'invalid',
    message: (f: Named) => `the source of volume ${f.name} is not an ext4 filesystem`,
    hint: remedy`import a file of ${action('volume.export')}, an image of ext4, or a tar archive`,
  },
  UPLOAD_FULL: {
    kind: 'exhausted',
    message: (f: Named) =>
      `no space is left on the capsule's disk for the import of volume ${f.name}`,
    why: 'an import is kept on the disk until its volume is made',
    hint: 'make room on the capsule, then import it again: it resumes where it was',
  },
  FOREIGN: {
    kind: 'conflict',
    message: (f: Named) => `the storage of volume ${f.name} holds something else already`,
    why: 'its filesystem has another identity than the volume was made with',
    hint: remedy`${action('volume.list')} shows it; nothing of it is overwritten`,
  },
  BUSY: {
    kind: 'precondition',
    message: (f: Named & { where: string }) => `volume ${f.name} is in use: ${f.where}`,
    why: 'a device that is mounted twice gets damaged',
    hint: 'end the program that uses it, then try again',
  },
  FOLDER_UNUSABLE: {
    kind: 'precondition',
    message: (f: Named & { subPath: string; problem: string }) =>
      `folder ${f.subPath} of volume ${f.name} cannot be mounted: ${f.problem}`,
    why: 'each part of a subPath is a folder of the volume; a link could lead out of it',
    hint: 'name another subPath, or mount the volume as a whole and check that folder',
  },
  GROWS_DETACHED: {
    kind: 'precondition',
    message: (f: Named) => `volume ${f.name} cannot grow while it is in use on this capsule`,
    why: 'the kernel lets only a process with CAP_SYS_RESOURCE do that',
    hint: 'stop the workload that uses it; the volume grows then',
  },
  POOL_DEVICE_IN_USE: {
    kind: 'precondition',
    message: (f: { device: string; found: string }) =>
      `${f.device} is not blank and does not become the pool of the volumes: it holds ${f.found}`,
    why: 'its contents would be lost',
    hint: (f) =>
      `name another disk, or, when its contents are not needed: wipefs --all ${f.device}`,
  },
  POOL_FOREIGN: {
    kind: 'precondition',
    message: (f: { group: string }) =>
      `there is a volume group ${f.group} on a disk that is not this capsule's`,
    why: 'two disks can have groups of the same name; this capsule uses the one with its own identity',
    hint: (f) => `remove that disk, or rename the group: vgrename ${f.group} OTHER`,
  },
  POOL_AWAY: {
    kind: 'unavailable',
    message: (_: { stateFile: string }) => 'the disk with the pool of the volumes is missing',
    why: 'files in its place would be other volumes under the same names',
    hint: (f) =>
      `plug it in and restart the capsule; when it is gone for good, remove ${f.stateFile}`,
  },
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: Named) =>
      `the filesystem of volume ${f.name} is damaged and cannot be repaired safely`,
    hint: 'run e2fsck on its device by hand, or restore it from a snapshot or a backup',
  },
});

export function missingSnapshot({ volume, snapshot }: SnapshotRef) {
  return volumeDriverError.SNAPSHOT_MISSING({ name: `${volume}@${snapshot}` });
}
