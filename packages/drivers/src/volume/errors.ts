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
    hint: remedy`delete the snapshot; ${action('volume.snapshots')} shows all snapshots`,
  },
  IMAGE_INVALID: {
    kind: 'invalid',
    message: (f: Named) => `the source of volume ${f.name} is not an ext4 filesystem`,
    hint: remedy`import a file that ${action('volume.export')} wrote, an ext4 image or a tar archive`,
  },
  UPLOAD_FULL: {
    kind: 'exhausted',
    message: (f: Named) => `no space is left on the capsule's disk to import volume ${f.name}`,
    why: 'the capsule keeps the upload on this disk until it has created the volume',
    hint: 'free space on the capsule, then import again: the upload resumes where it stopped',
  },
  FOREIGN: {
    kind: 'conflict',
    message: (f: Named) => `the storage of volume ${f.name} contains another filesystem`,
    why: 'the UUID of the filesystem is not the uid of the volume',
    hint: remedy`look at it with ${action('volume.list')}; the capsule does not overwrite the storage`,
  },
  BUSY: {
    kind: 'precondition',
    message: (f: Named & { where: string }) => `volume ${f.name} is in use: ${f.where}`,
    why: 'mounting a device twice would damage its filesystem',
    hint: 'end the program that uses the volume, then try again',
  },
  FOLDER_UNUSABLE: {
    kind: 'precondition',
    message: (f: Named & { subPath: string; problem: string }) =>
      `folder ${f.subPath} of volume ${f.name} cannot be mounted: ${f.problem}`,
    why: 'each part of a subPath must be a folder, because a link could lead out of the volume',
    hint: 'set another subPath, or mount the whole volume and check that folder',
  },
  GROWS_DETACHED: {
    kind: 'precondition',
    message: (f: Named) => `volume ${f.name} cannot grow while it is in use on this capsule`,
    why: 'only a process with CAP_SYS_RESOURCE can grow a mounted filesystem',
    hint: 'stop the workload that uses the volume; the volume then grows',
  },
  POOL_DEVICE_IN_USE: {
    kind: 'precondition',
    message: (f: { device: string; found: string }) =>
      `${f.device} cannot become the pool of the volumes: it contains ${f.found}`,
    why: 'the capsule uses only a blank disk, because creating the pool erases the disk',
    hint: (f) =>
      `name another disk; if you do not need its contents, erase it with wipefs --all ${f.device}`,
  },
  POOL_FOREIGN: {
    kind: 'precondition',
    message: (f: { group: string }) =>
      `the volume group ${f.group} is on a disk of another machine`,
    why: 'two disks can have groups of the same name; this capsule uses only the group that it created',
    hint: (f) => `remove that disk, or rename the group: vgrename ${f.group} OTHER`,
  },
  POOL_AWAY: {
    kind: 'unavailable',
    message: (_: { stateFile: string }) => 'the disk with the pool of the volumes is missing',
    why: 'without this disk, the capsule would create other volumes with the same names',
    hint: (f) =>
      `connect the disk and restart the capsule; if the disk is lost, remove ${f.stateFile}`,
  },
  DAMAGED: {
    kind: 'dataLoss',
    message: (f: Named) =>
      `the filesystem of volume ${f.name} is damaged and cannot be repaired safely`,
    hint: 'run e2fsck on its device by hand, or restore the volume from a snapshot or a backup',
  },
});

export function missingSnapshot({ volume, snapshot }: SnapshotRef) {
  return volumeDriverError.SNAPSHOT_MISSING({ name: `${volume}@${snapshot}` });
}
