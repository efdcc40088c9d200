import { type Registry, registryFromProto } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { registryDocument } from './document.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { registries } = await client.registry.list({}, { signal: context.signal });
    return renderListing(registries, LISTING, format, context.out);
  });
  return undefined;
};

const COLUMNS: readonly Column<Registry>[] = [
  { title: 'REGISTRY', cell: ({ name }) => name, shrinksTo: 16 },
  { title: 'USER', cell: ({ username }) => username || '-', shrinksTo: 8 },
  { title: 'TRUST', cell: trustOf },
  { title: 'MIRRORS', cell: ({ mirrors }) => mirrors.join(',') || '-', shrinksTo: 10 },
];

function trustOf({ plainHttp, insecure, caCertificate }: Registry): string {
  if (plainHttp) return 'plain HTTP';
  if (insecure) return 'insecure';
  return caCertificate === '' ? 'default' : 'own CA';
}

const LISTING: Listing<Registry> = {
  nameOf: ({ name }) => name,
  documentOf: (one) => registryDocument(registryFromProto(one), one.username),
  columns: COLUMNS,
};
