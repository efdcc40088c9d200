import { SnapshotState, snapshotStateFromProto, type VolumeSnapshot } from '@capsule/api/wire';
import { formatSize } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { orphanAdvice } from './orphan-advice.ts';

export const run: Run = async (input, context) => {
  const [volume = ''] = input.args;
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const request = { volume };
    const { snapshots } = await client.volume.listSnapshots(request, { signal: context.signal });
    return render(snapshots, format, context);
  });
  return undefined;
};

async function render(snapshots: readonly VolumeSnapshot[], format: Format, context: Context) {
  const { program, out, now } = context;
  const listing = { nameOf, documentOf: snapshotDocument, columns: columnsAt(now()) };
  const shown = await renderListing(snapshots, listing, format, out);
  if (format.kind !== 'table') return shown;
  const strays = snapshots.filter(({ state }) => state === SnapshotState.ORPHANED).map(nameOf);
  const advice = strays.map((name) => orphanAdvice(name, program));
  return [shown, ...advice].join('');
}

function nameOf({ volume, name }: VolumeSnapshot): string {
  return `${volume}@${name}`;
}

function columnsAt(now: number): readonly Column<VolumeSnapshot>[] {
  return [
    { title: 'SNAPSHOT', cell: nameOf, shrinksTo: 20 },
    {
      title: 'STATE',
      cell: ({ state }) => capitalised(snapshotStateFromProto(state)),
      style: styleOf,
    },
    { title: 'SIZE', cell: ({ sizeBytes }) => formatBytes(Number(sizeBytes)) },
    { title: 'USED', cell: ({ usedBytes }) => formatBytes(Number(usedBytes)) },
    { title: 'BY', cell: ({ scheduled }) => (scheduled ? 'schedule' : 'hand') },
    {
      title: 'AGE',
      cell: ({ createdAtUnix: at }) => (at > 0n ? formatAge(Number(at) * 1000, now) : '-'),
    },
  ];
}

function styleOf({ state }: VolumeSnapshot) {
  const isBad = state === SnapshotState.LOST || state === SnapshotState.ORPHANED;
  return isBad ? 'red' : undefined;
}

function snapshotDocument(snapshot: VolumeSnapshot): object {
  const { volume, name, sizeBytes, usedBytes, createdAtUnix, scheduled, state } = snapshot;
  return {
    volume,
    name,
    size: formatSize(Number(sizeBytes)),
    usedBytes: Number(usedBytes),
    ...(createdAtUnix > 0n && { createdAt: new Date(Number(createdAtUnix) * 1000).toISOString() }),
    scheduled,
    state: snapshotStateFromProto(state),
  };
}
