import { readlink } from 'node:fs/promises';
import type { ContainerUsage } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { readIfThere } from './read-if-there.ts';

type Traffic = Pick<ContainerUsage, 'networkReceivedBytes' | 'networkSentBytes'>;

/**
 * Returns the traffic of a network namespace of the process's own, loopback excluded; empty if the process
 * shares the namespace of capsuled.
 */
export async function readTraffic(pid: number, procRoot = '/proc'): Promise<Traffic> {
  const [own, ours, table] = await Promise.all([
    namespaceOf(`${procRoot}/${pid}`),
    namespaceOf(`${procRoot}/self`),
    readIfThere(`${procRoot}/${pid}/net/dev`),
  ]);
  if (table === undefined || own === undefined || own === ours) return {};
  const links = parseNetDev(table).filter(({ name }) => name !== 'lo');
  return {
    networkReceivedBytes: links.reduce((sum, { received }) => sum + received, 0),
    networkSentBytes: links.reduce((sum, { sent }) => sum + sent, 0),
  };
}

interface LinkTraffic {
  readonly name: string;
  readonly received: number;
  readonly sent: number;
}

/** The columns of proc(5), after two title lines: bytes received come first, bytes sent ninth. */
function parseNetDev(table: string): readonly LinkTraffic[] {
  return [...table.matchAll(/^\s*([^:\s]+):(.*)$/gm)].map(([, name = '', rest = '']) => {
    const fields = rest.trim().split(/\s+/).map(Number);
    return { name, received: fields[0] ?? 0, sent: fields[8] ?? 0 };
  });
}

function namespaceOf(process: string): Promise<string | undefined> {
  return unlessMissing(readlink(`${process}/ns/net`), ['ESRCH']);
}
