import { volumeUse } from '@capsule/core';
import type { VolumeAttachments } from '../../volume/attach.ts';
import type { VolumeFiller } from '../../volume/fill.ts';
import type { CellExecutor } from '../steps.ts';

export function attachVolumes(
  attachments: Pick<VolumeAttachments, 'attach'>,
): CellExecutor<'attachVolumes'> {
  return ({ id, spec }, { names }, signal) =>
    inTurn(names, (name) => attachments.attach(name, { holder: id, use: volumeUse(spec) }, signal));
}

export function detachVolumes(
  attachments: Pick<VolumeAttachments, 'release'>,
): CellExecutor<'detachVolumes'> {
  return ({ id }, { names }, signal) =>
    inTurn(names, (name) => attachments.release(name, id, signal));
}

export function fillVolumes(filler: Pick<VolumeFiller, 'fill'>): CellExecutor<'fillVolumes'> {
  return (record, { names }, signal) => inTurn(names, (name) => filler.fill(record, name, signal));
}

async function inTurn(
  names: readonly string[],
  work: (name: string) => Promise<void>,
): Promise<void> {
  for (const name of names) await work(name);
}
