import { type Registry, registryFromProto } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { type Column, renderTable } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { registryDocument } from './document.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { registries } = await client.registry.list({}, { signal: context.signal });
    return render(registries, format, context);
  });
  return undefined;
};

async function render(registries: readonly Registry[], format: Format, { out }: Context) {
  if (format === 'name') return registries.map(({ name }) => `${name}\n`).join('');
  if (format === 'json' || format === 'yaml') {
    const documents = registries.map((one) =>
      registryDocument(registryFromProto(one), one.username),
    );
    return renderDocuments(format, documents);
  }
  const look = { isWide: format === 'wide', columns: out.columns, style: out.style };
  return renderTable(registries, COLUMNS, look);
}

const COLUMNS: readonly Column<Registry>[] = [
  { title: 'REGISTRY', cell: ({ name }) => name, shrinksTo: 16 },
  { title: 'USER', cell: ({ username }) => username || '-', shrinksTo: 8 },
  { title: 'TRUST', cell: trustOf },
  { title: 'MIRRORS', cell: ({ mirrors }) => mirrors.join(',') || '-', shrinksTo: 10 },
];

function trustOf({ plainHttp, insecure, caCertificate }: Registry): string {
  if (plainHttp) return 'plain HTTP';
  if (insecure) return 'insecure';
  return caCertificate === '' ? 'usual' : 'own CA';
}
