import type { BundleManifest } from './bundle-manifest.ts';
import { compareVersions } from './version.ts';

/** The machine that a bundle is for, as far as it decides whether the bundle suits. */
export interface UpdateTarget {
  readonly version: string;
  readonly architecture: string;
  readonly board: string;
  /** Size of the slot that would be written. */
  readonly slotBytes: number;
  /** Free space of the ESP beside all entries: none goes before the new one is on the disk. */
  readonly espFreeBytes: number;
  readonly allowDowngrade: boolean;
}

/** Returns every reason why this machine cannot run the bundle; none: it can. Pure. */
export function judgeBundle(manifest: BundleManifest, target: UpdateTarget): readonly string[] {
  return [
    ...judgeMachine(manifest, target),
    ...judgeVersion(manifest, target),
    ...judgeRoom(manifest, target),
  ];
}

function judgeMachine(
  { architecture, board }: BundleManifest,
  target: UpdateTarget,
): readonly string[] {
  return [
    ...(architecture === target.architecture
      ? []
      : [`it is for ${architecture}, the machine is ${target.architecture}`]),
    ...(board === target.board ? [] : [`it is for board ${board}, the machine is ${target.board}`]),
  ];
}

function judgeVersion(
  { version, minimumVersion }: BundleManifest,
  target: UpdateTarget,
): readonly string[] {
  const isOlder = compareVersions(version, target.version) < 0;
  return [
    ...(isOlder && !target.allowDowngrade
      ? [`it is older than the running version ${target.version} (--allow-downgrade permits that)`]
      : []),
    ...(compareVersions(target.version, minimumVersion) < 0
      ? [`it needs version ${minimumVersion} first, and version ${target.version} runs`]
      : []),
  ];
}

function judgeRoom({ root, uki }: BundleManifest, target: UpdateTarget): readonly string[] {
  return [
    ...(root.bytes > target.slotBytes
      ? [`its root has ${root.bytes} bytes, and a slot has ${target.slotBytes}`]
      : []),
    ...(uki.bytes > target.espFreeBytes
      ? [`its kernel image has ${uki.bytes} bytes, and the ESP has room for ${target.espFreeBytes}`]
      : []),
  ];
}
