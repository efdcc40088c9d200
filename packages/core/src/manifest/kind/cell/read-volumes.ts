import type { VolumeMount } from '../../../resource/cell/container.ts';
import type { HostBind, TmpfsMount } from '../../../resource/cell/container-settings.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import { readChoice } from '../../read/read-choice.ts';
import { readFlag, readText } from '../../read/read-words.ts';

export interface ReadVolumes {
  readonly mounts: readonly VolumeMount[];
  readonly hostBindPaths: readonly HostBind[];
  readonly tmpfs: readonly TmpfsMount[];
}

const KINDS = { bind: 'bind', tmpfs: 'tmpfs', volume: 'volume' } as const;
const FIELDS = [
  'source',
  'target',
  'readOnly',
  'kind',
  'sizeBytes',
  'mode',
  'ensure',
  'subPath',
  'copyUp',
];
/** Fields by the kinds that have them. */
const OWN: Readonly<Record<string, readonly (keyof typeof KINDS)[]>> = {
  source: ['bind', 'volume'],
  readOnly: ['bind', 'volume'],
  sizeBytes: ['tmpfs'],
  mode: ['tmpfs'],
  ensure: ['bind'],
  subPath: ['volume'],
  copyUp: ['volume'],
};

/** `volumes: [{source: /srv/html, target: /html, readOnly: true}, {source: data, target: /data}]` */
export function readVolumes(reader: DocumentReader, place: Place | undefined): ReadVolumes {
  const items = (place && reader.list(place)) ?? [];
  const all = items.flatMap((item) => readVolume(reader, item));
  return {
    mounts: all.flatMap((one) => ('mount' in one ? [one.mount] : [])),
    hostBindPaths: all.flatMap((one) => ('bind' in one ? [one.bind] : [])),
    tmpfs: all.flatMap((one) => ('tmpfs' in one ? [one.tmpfs] : [])),
  };
}

type Read =
  | { readonly mount: VolumeMount }
  | { readonly bind: HostBind }
  | { readonly tmpfs: TmpfsMount };

function readVolume(reader: DocumentReader, item: Place): readonly Read[] {
  const fields = reader.map(item, { fields: FIELDS });
  if (fields === undefined) return [];
  const source = readText(reader, fields.get('source'));
  const kind = readChoice(reader, fields.get('kind'), {
    words: KINDS,
    what: 'a kind of volume',
    absent: source.startsWith('/') ? 'bind' : 'volume',
  });
  const required = kind === 'tmpfs' ? ['target'] : ['source', 'target'];
  for (const name of required) {
    if (!fields.has(name)) reader.refuse(`${item.path}.${name}`, 'is missing');
  }
  for (const [name, at] of fields) {
    if (OWN[name] === undefined || OWN[name].includes(kind)) continue;
    reader.refuse(at.path, `does not belong to a volume of kind ${kind}`, 'remove it');
  }
  const target = readText(reader, fields.get('target'));
  const readOnly = readFlag(reader, fields.get('readOnly'));
  if (kind === 'tmpfs') return [{ tmpfs: tmpfsOf(reader, fields, target) }];
  if (kind === 'bind') {
    const ensure = readFlag(reader, fields.get('ensure'));
    return [{ bind: { source, target, readOnly, ...(ensure && { ensure }) } }];
  }
  return [{ mount: mountOf(reader, fields, { source, target, readOnly }) }];
}

function tmpfsOf(
  reader: DocumentReader,
  fields: ReadonlyMap<string, Place>,
  mountPath: string,
): TmpfsMount {
  const size = fields.get('sizeBytes');
  const mode = fields.get('mode');
  return {
    mountPath,
    ...(size && { sizeBytes: reader.integer(size) ?? Number.NaN }),
    ...(mode && { mode: readMode(reader, mode) }),
  };
}

function mountOf(
  reader: DocumentReader,
  fields: ReadonlyMap<string, Place>,
  {
    source,
    target,
    readOnly,
  }: { readonly source: string; readonly target: string; readonly readOnly: boolean },
): VolumeMount {
  const subPath = readText(reader, fields.get('subPath'));
  const copyUp = fields.get('copyUp');
  return {
    volumeName: source,
    mountPath: target,
    readOnly,
    ...(subPath !== '' && { subPath }),
    copyUp: copyUp === undefined ? subPath === '' : readFlag(reader, copyUp),
  };
}

/** Octal, as chmod has it: "0755", or a number that YAML read as octal. */
function readMode(reader: DocumentReader, place: Place): number {
  const text = reader.word(place);
  if (text === undefined) return Number.NaN;
  if (/^(0o?)?[0-7]{3,4}$/.test(text)) return Number.parseInt(text.replace(/^0o?/, ''), 8);
  reader.refuse(
    place.path,
    `${JSON.stringify(text)} is not a mode`,
    'write it in octal and in quotes: "0755"',
  );
  return Number.NaN;
}
