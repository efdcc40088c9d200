import type { SlotName } from '@capsule/core';
import { CutDisk } from './cut-disk.ts';
import type { CutPoint } from './cut-points.ts';
import { DiskJudge, type DiskVerdict, type JudgeParts } from './judge-disk.ts';
import type { LoggedRequest, WriteLog } from './write-log.ts';

/** A part of the disk, by what is lost when it is damaged. */
export type Region = 'table' | 'esp' | SlotName | 'lvm' | 'perm';

export interface RegionPlace {
  readonly name: Region;
  readonly from: number;
  readonly to: number;
}

/** The verdict on a cut, and the part that its last request touched. */
export interface JudgedCut {
  readonly cut: CutPoint;
  readonly region: Region;
  readonly verdict: DiskVerdict;
}

export interface CutsParts extends JudgeParts {
  /** The image of the disk before the first request. */
  readonly base: string;
  readonly places: readonly RegionPlace[];
}

/** Judges the disk of every cut without a boot. */
export async function judgeCuts(
  { base, places, ...parts }: CutsParts,
  log: WriteLog,
  cuts: readonly CutPoint[],
): Promise<readonly JudgedCut[]> {
  const judge = new DiskJudge(parts);
  const regionOf = (request: LoggedRequest | undefined): Region =>
    places.find(({ from, to }) => request && request.offset >= from && request.offset < to)?.name ??
    'table';
  const judged: JudgedCut[] = [];
  for (const cut of cuts) {
    await using disk = await CutDisk.open(base, log, cut);
    const last = log.requests[cut.survivors.at(-1) ?? lastWrite(log.requests, cut.flushed)];
    judged.push({ cut, region: regionOf(last), verdict: await judge.judge(disk) });
  }
  return judged;
}

/** The place of the last write before a request; -1 without one. */
function lastWrite(requests: readonly LoggedRequest[], before: number): number {
  return requests.findLastIndex(({ kind }, at) => at < before && kind !== 'flush');
}
