import { dial } from '@capsule/api/remote';
import { formatAddress } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printLines } from '../../program/print-lines.ts';
import { parseDuration } from '../argument/duration.ts';
import type { Announcement } from '../discovery/announcement.ts';
import { browse } from '../discovery/browse.ts';
import { readContexts } from '../operator/read-contexts.ts';
import { readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { type Discovered, discoveredListing } from './discovered-columns.ts';

const DEFAULT_TIMEOUT_MS = 3000;

export const run: Run = async (input, context) => {
  const format = input.isOn('json') ? ({ kind: 'json' } as const) : readFormat(input);
  const isWanted = readFilter(input);
  const { contexts } = await readContexts(context);
  const limit = AbortSignal.timeout(readTimeout(input));
  const dials: Promise<Discovered>[] = [];
  await browse(AbortSignal.any([limit, context.signal]), (found) => {
    if (isWanted(found)) dials.push(lookAt(found, context));
  });
  context.signal.throwIfAborted();
  const capsules = (await Promise.all(dials)).map((one) => ({
    ...one,
    // The pin decides: an id alone can be claimed by anyone.
    context: contexts.find(({ fingerprint }) => fingerprint === one.fingerprint)?.name,
  }));
  const sorted = capsules.toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  await context.out.write(await renderListing(sorted, discoveredListing, format, context.out));
  if (sorted.length === 0 && context.err.isTerminal) {
    await printLines(context.err, 'no capsule answered on the links of this machine\n');
  }
  return undefined;
};

function readFilter(input: Input): (found: Announcement) => boolean {
  if (input.isOn('installers') && input.isOn('unadopted')) {
    throw input.refuse('--installers and --unadopted exclude each other');
  }
  if (input.isOn('installers')) return ({ mode }) => mode === 'installer';
  if (input.isOn('unadopted')) return ({ mode, isAdopted }) => mode === 'runtime' && !isAdopted;
  return () => true;
}

function readTimeout(input: Input): number {
  const text = input.text('timeout');
  const ms = text === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(text);
  if (ms !== undefined) return ms;
  throw input.refuse(`--timeout takes a duration like 3s, not ${JSON.stringify(text)}`);
}

/** The fingerprint comes from the capsule itself, whose certificate proves it; never from an announcement. */
async function lookAt(found: Announcement, { signal }: Context): Promise<Discovered> {
  const addr = formatAddress(found.address);
  try {
    const { socket, fingerprint } = await dial(found.address, signal);
    socket.destroy();
    return { ...found, addr, fingerprint, unreachable: undefined };
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    return { ...found, addr, fingerprint: undefined, unreachable: error.message };
  }
}
