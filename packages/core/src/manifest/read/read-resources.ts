import type { Resources } from '../../resource/cell/container-settings.ts';
import { parseSize } from '../../resource/size.ts';
import type { DocumentReader, Place } from './document-reader.ts';

/** `resources: {memory: 256MiB, cpu: 0.5, pids: 100}`; what a kind does not have is refused. */
export function readResources(
  reader: DocumentReader,
  place: Place | undefined,
  refused: Readonly<Record<string, string>> = {},
): Resources {
  const known = ['memory', 'cpu', 'pids'].filter((field) => refused[field] === undefined);
  const fields = place && reader.map(place, { fields: known, refused });
  const memory = fields?.get('memory');
  const cpu = fields?.get('cpu');
  const pids = fields?.get('pids');
  return {
    ...(memory && { memoryBytes: readSize(reader, memory) }),
    ...(cpu && { cpuMillis: readCpu(reader, cpu) }),
    ...(pids && { pids: reader.integer(pids) ?? Number.NaN }),
  };
}

/** `NaN` for what cannot be read, which has been noted. */
export function readSize(reader: DocumentReader, place: Place): number {
  const text = reader.word(place);
  if (text === undefined) return Number.NaN;
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  const hint = 'a number of bytes, or a whole number with K, M, G or T: 256M';
  reader.refuse(place.path, `${JSON.stringify(text)} is not a size`, hint);
  return Number.NaN;
}

/** Processors: `0.5`, `2`, or thousandths, `500m`. */
function readCpu(reader: DocumentReader, place: Place): number {
  const text = reader.word(place);
  if (text === undefined) return Number.NaN;
  const millis = /^(\d{1,7})m$/.exec(text)?.[1];
  if (millis !== undefined) return Number(millis);
  const number = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : undefined;
  if (number !== undefined) return number;
  const hint = 'a number of processors with at most three decimals: 0.5, 2, 500m';
  reader.refuse(place.path, `${JSON.stringify(text)} is not an amount of processor time`, hint);
  return Number.NaN;
}
