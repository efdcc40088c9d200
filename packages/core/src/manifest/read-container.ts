import type { NetworkMode, WorkloadSpec } from '../resource/workload.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { nearestWord } from './nearest-word.ts';
import { readEnv } from './read-env.ts';
import { readPorts } from './read-ports.ts';

const TABLE = {
  fields: ['image', 'command', 'args', 'env', 'networkMode', 'ports'],
  later: ['mounts', 'privileged', 'hostPid', 'hostMount', 'hostIpc', 'hostBindPaths'],
} as const;

const NETWORK_MODES: Readonly<Record<string, NetworkMode>> = {
  NETWORK_MODE_BRIDGE: 'bridge',
  NETWORK_MODE_HOST: 'host',
  bridge: 'bridge',
  host: 'host',
};

/** The `container:` block. What could not be read has been noted; a default stands in its place. */
export function readContainer(
  reader: DocumentReader,
  place: Place,
): (Partial<WorkloadSpec> & Pick<WorkloadSpec, 'image'>) | undefined {
  const fields = reader.map(place, TABLE);
  if (fields === undefined) return undefined;
  const image = fields.get('image');
  const env = fields.get('env');
  const ports = fields.get('ports');
  if (image === undefined) reader.refuse('container.image', 'is missing');
  return {
    image: (image && reader.string(image)) ?? '',
    command: readWords(reader, fields.get('command')),
    args: readWords(reader, fields.get('args')),
    env: env ? readEnv(reader, env) : {},
    networkMode: readNetworkMode(reader, fields.get('networkMode')),
    ports: ports ? readPorts(reader, ports) : [],
  };
}

function readWords(reader: DocumentReader, place: Place | undefined): readonly string[] {
  if (place === undefined) return [];
  const items = reader.list(place, 'one word an item: ["/bin/sh", "-c"]') ?? [];
  return items.map((item) => reader.string(item) ?? '');
}

function readNetworkMode(reader: DocumentReader, place: Place | undefined): NetworkMode {
  const word = place && reader.string(place);
  if (place === undefined || word === undefined) return 'bridge';
  const mode = Object.hasOwn(NETWORK_MODES, word) ? NETWORK_MODES[word] : undefined;
  if (mode !== undefined) return mode;
  const near = nearestWord(word, Object.keys(NETWORK_MODES));
  const hint = near ? `did you mean ${near}?` : 'NETWORK_MODE_BRIDGE or NETWORK_MODE_HOST';
  reader.refuse(place.path, `${JSON.stringify(word)} is not a network mode`, hint);
  return 'bridge';
}
