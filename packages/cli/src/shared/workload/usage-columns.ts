import { formatBytes } from '../render/bytes.ts';
import type { Listing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import type { UsageRow } from './usage-rate.ts';

/** Counters are from the start of the container; what the capsule does not count is `-`. */
const USAGE_COLUMNS: readonly Column<UsageRow>[] = [
  { title: 'NAME', cell: ({ name }) => name, shrinksTo: 12 },
  { title: 'CPU', cell: ({ cpuPercent }) => percent(cpuPercent) },
  {
    title: 'CPU LIMIT',
    cell: ({ limits: { cpuMillis } }) => percent(cpuMillis && cpuMillis / 10),
    isWide: true,
  },
  { title: 'MEMORY', cell: ({ usage }) => bytes(usage.memoryBytes) },
  { title: 'LIMIT', cell: ({ limits }) => bytes(limits.memoryBytes) },
  { title: 'RECEIVED', cell: ({ usage }) => bytes(usage.networkReceivedBytes) },
  { title: 'SENT', cell: ({ usage }) => bytes(usage.networkSentBytes) },
  { title: 'READ', cell: ({ usage }) => bytes(usage.blockReadBytes) },
  { title: 'WRITTEN', cell: ({ usage }) => bytes(usage.blockWrittenBytes) },
  { title: 'PIDS', cell: ({ usage }) => usage.pids?.toString() ?? '-' },
  { title: 'PIDS LIMIT', cell: ({ limits }) => limits.pids?.toString() ?? '-', isWide: true },
];

export const USAGE_LISTING: Listing<UsageRow> = {
  nameOf: ({ name }) => name,
  documentOf: usageDocument,
  columns: USAGE_COLUMNS,
};

/** For programs: numbers in bytes, percent of one processor, and seconds. */
function usageDocument({ name, cpuPercent, usage, limits }: UsageRow): object {
  const { cpuMicros, ...counters } = usage;
  return {
    name,
    ...(cpuPercent === undefined ? {} : { cpuPercent: Math.round(cpuPercent * 10) / 10 }),
    ...(cpuMicros === undefined ? {} : { cpuSeconds: cpuMicros / 1e6 }),
    ...counters,
    limits,
  };
}

function bytes(value: number | undefined): string {
  return value === undefined ? '-' : formatBytes(value);
}

function percent(value: number | undefined): string {
  return value === undefined ? '-' : `${value.toFixed(1)}%`;
}
