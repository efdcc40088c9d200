import { type Volume, VolumeState, volumeStateFromProto } from '@capsule/api/wire';
import { capitalised } from '../../program/capitalised.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { type Format, readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { volumeDocument } from './document.ts';
import { orphanAdvice } from './orphan-advice.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { volumes } = await client.volume.list({}, { signal: context.signal });
    return render(volumes, format, context);
  });
  return undefined;
};

async function render(volumes: readonly Volume[], format: Format, context: Context) {
  const { program, out, now } = context;
  const listing: Listing<Volume> = {
    nameOf: ({ name }) => name,
    documentOf: volumeDocument,
    columns: columnsAt(now()),
  };
  const shown = await renderListing(volumes, listing, format, out);
  if (format.kind !== 'table') return shown;
  const strays = volumes.filter(({ state }) => state === VolumeState.ORPHANED);
  const advice = strays.map(({ name }) => orphanAdvice(name, program));
  return [shown, ...advice].join('');
}

function columnsAt(now: number): readonly Column<Volume>[] {
  return [
    { title: 'VOLUME', cell: ({ name }) => name, shrinksTo: 12 },
    { title: 'STATE', cell: stateOf, style: styleOf },
    { title: 'SIZE', cell: ({ sizeBytes }) => formatBytes(Number(sizeBytes)) },
    { title: 'USED', cell: ({ usedBytes }) => formatBytes(Number(usedBytes)) },
    { title: 'MOUNTED BY', cell: ({ mountedBy }) => mountedBy.join(',') || '-', shrinksTo: 10 },
    {
      title: 'AGE',
      cell: ({ createdAtUnix: at }) => (at > 0n ? formatAge(Number(at) * 1000, now) : '-'),
    },
    { title: 'PATH', cell: ({ hostPath }) => hostPath || '-', isWide: true },
  ];
}

function stateOf({ state }: Volume): string {
  return capitalised(volumeStateFromProto(state));
}

function styleOf({ state }: Volume) {
  return state === VolumeState.LOST || state === VolumeState.ORPHANED ? 'red' : undefined;
}
