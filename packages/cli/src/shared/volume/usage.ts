import { PoolLevel, type VolumeUsage, type VolumeUsageResponse } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { type Column, renderTable } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const usage = await client.volume.usage({ name }, { signal: context.signal });
    return render(usage, format, context);
  });
  return undefined;
};

const bytes = (amount: bigint) => formatBytes(Number(amount));

const COLUMNS: readonly Column<VolumeUsage>[] = [
  { title: 'VOLUME', cell: ({ name }) => name, shrinksTo: 12 },
  { title: 'SIZE', cell: ({ sizeBytes }) => bytes(sizeBytes) },
  { title: 'FREE', cell: ({ freeBytes }) => bytes(freeBytes) },
  { title: 'OF THE POOL', cell: ({ poolBytes }) => bytes(poolBytes) },
  {
    title: 'SNAPSHOTS',
    cell: ({ snapshots, snapshotBytes }) =>
      snapshots === 0 ? '-' : `${snapshots}, ${bytes(snapshotBytes)}`,
  },
];

const LEVELS: Readonly<Record<PoolLevel, string>> = {
  [PoolLevel.UNSPECIFIED]: 'unknown',
  [PoolLevel.FINE]: 'fine',
  [PoolLevel.LOW]: 'low',
  [PoolLevel.FULL]: 'full',
};

const MEANINGS: Readonly<Partial<Record<PoolLevel, string>>> = {
  [PoolLevel.LOW]: ': delete snapshots or volumes before you create new ones',
  [PoolLevel.FULL]: ': workloads with volumes are paused until you free space',
};

async function render(usage: VolumeUsageResponse, format: Format, { out }: Context) {
  if (format.kind === 'name') return usage.volumes.map(({ name }) => `${name}\n`).join('');
  if (isData(format)) return renderDocument(format, documentOf(usage));
  const { poolUsedBytes, poolTotalBytes, metadataPercent, level } = usage;
  const share = poolTotalBytes === 0n ? 0 : (Number(poolUsedBytes) / Number(poolTotalBytes)) * 100;
  const metadata = metadataPercent === 0 ? '' : `, metadata ${metadataPercent.toFixed(1)} %`;
  const figures = `${bytes(poolUsedBytes)} of ${bytes(poolTotalBytes)} (${share.toFixed(1)} %)`;
  const pool = `\npool: ${figures}${metadata}, ${LEVELS[level]}${MEANINGS[level] ?? ''}\n`;
  const isFine = level === PoolLevel.FINE;
  return `${renderTable(usage.volumes, COLUMNS, format, out)}${isFine ? pool : out.style('red', pool)}`;
}

function documentOf(usage: VolumeUsageResponse): object {
  const { volumes, poolTotalBytes, poolUsedBytes, metadataPercent, level } = usage;
  return {
    pool: {
      totalBytes: Number(poolTotalBytes),
      usedBytes: Number(poolUsedBytes),
      ...(metadataPercent > 0 && { metadataPercent }),
      level: LEVELS[level],
    },
    volumes: volumes.map((one) => ({
      name: one.name,
      sizeBytes: Number(one.sizeBytes),
      freeBytes: Number(one.freeBytes),
      poolBytes: Number(one.poolBytes),
      snapshots: one.snapshots,
      snapshotBytes: Number(one.snapshotBytes),
    })),
  };
}
