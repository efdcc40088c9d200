import type { ReportedWorkload } from '@capsule/api/wire';
import { KIND_WORDS, type PortMapping } from '@capsule/core';
import { formatAge } from '../render/age.ts';
import type { Listing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { workloadDocument } from './document.ts';
import { describeSource } from './kind.ts';
import { describeState, styleOfState } from './state.ts';

/** `8080->80/tcp`, or `127.0.0.1:8080->80/tcp`. */
export function describePort(port: PortMapping): string {
  const address = port.hostAddress === undefined ? '' : `${port.hostAddress}:`;
  return `${address}${port.hostPort}->${port.containerPort}/${port.protocol}`;
}

export function workloadListing(now: number): Listing<ReportedWorkload> {
  return {
    nameOf: ({ spec }) => spec.name,
    documentOf: workloadDocument,
    columns: workloadColumns(now),
  };
}

function workloadColumns(now: number): readonly Column<ReportedWorkload>[] {
  return [
    { title: 'NAME', cell: ({ spec }) => spec.name, shrinksTo: 16 },
    { title: 'KIND', cell: ({ spec }) => KIND_WORDS[spec.kind] },
    { title: 'STATUS', cell: describeState, style: styleOfState, shrinksTo: 13 },
    {
      title: 'RESTARTS',
      cell: ({ status }) => String(status.restartCount),
      isWide: true,
      isSpare: true,
    },
    { title: 'AGE', cell: ({ createdAt }) => formatAge(createdAt, now) },
    {
      title: 'ADDRESS',
      cell: ({ spec, status }) => (spec.networkMode === 'host' ? 'host' : (status.address ?? '-')),
    },
    {
      title: 'PORTS',
      cell: ({ spec }) => spec.ports.map(describePort).join(',') || '-',
      shrinksTo: 8,
    },
    { title: 'IMAGE', cell: ({ spec }) => describeSource(spec), shrinksTo: 11, isSpare: true },
    {
      title: 'DIGEST',
      cell: ({ status }) => status.imageDigest?.slice(0, 19) ?? '-',
      isWide: true,
      isSpare: true,
    },
    {
      title: 'RETRY',
      cell: ({ status }) =>
        status.nextRetryAt === undefined ? '-' : formatAge(now, status.nextRetryAt),
      isWide: true,
      isSpare: true,
    },
    {
      title: 'LABELS',
      cell: ({ spec }) =>
        Object.entries(spec.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(',') || '-',
      isWide: true,
      isSpare: true,
      shrinksTo: 12,
    },
    {
      title: 'MESSAGE',
      cell: ({ status }) => status.message || '-',
      isWide: true,
      shrinksTo: 16,
      wraps: true,
    },
  ];
}
