import type { VolumeMount } from '../../resource/cell/container.ts';
import type { HostBind, TmpfsMount } from '../../resource/cell/container-settings.ts';
import { parseHostBind } from '../../resource/cell/host-bind.ts';
import type { DocumentReader, Place } from './document-reader.ts';
import { readSize } from './read-resources.ts';
import { readFlag, readText, readWords } from './read-words.ts';

/** `tmpfs: [/tmp, {mountPath: /run, size: 16MiB, mode: "0755"}]` */
export function readTmpfs(reader: DocumentReader, place: Place | undefined): readonly TmpfsMount[] {
  const items = (place && reader.list(place)) ?? [];
  return items.flatMap((item): TmpfsMount[] => {
    if (reader.isText(item)) return [{ mountPath: readText(reader, item) }];
    const fields = reader.map(item, { fields: ['mountPath', 'size', 'mode'] });
    if (fields === undefined) return [{ mountPath: '' }];
    const path = fields.get('mountPath');
    if (path === undefined) reader.refuse(`${item.path}.mountPath`, 'is missing');
    const size = fields.get('size');
    const mode = fields.get('mode');
    return [
      {
        mountPath: readText(reader, path),
        ...(size && { sizeBytes: readSize(reader, size) }),
        ...(mode && { mode: readMode(reader, mode) }),
      },
    ];
  });
}

/** Octal, as chmod has it. */
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

/** `hostBindPaths: [/etc/localtime:/etc/localtime:ro, /srv/media]` */
export function readHostBinds(
  reader: DocumentReader,
  place: Place | undefined,
): readonly HostBind[] {
  return readWords(reader, place, '`SOURCE[:TARGET][:ro]`').map(parseHostBind);
}

/** `mounts: [{volumeName: data, mountPath: /data, readOnly: false, subPath: a/b}]` */
export function readVolumeMounts(
  reader: DocumentReader,
  place: Place | undefined,
): readonly VolumeMount[] {
  const items = (place && reader.list(place)) ?? [];
  return items.flatMap((item): VolumeMount[] => {
    const known = ['volumeName', 'mountPath', 'readOnly', 'subPath', 'copyUp'];
    const fields = reader.map(item, { fields: known });
    if (fields === undefined) return [];
    for (const field of ['volumeName', 'mountPath']) {
      if (!fields.has(field)) reader.refuse(`${item.path}.${field}`, 'is missing');
    }
    const copyUp = fields.get('copyUp');
    const subPath = readText(reader, fields.get('subPath'));
    return [
      {
        volumeName: readText(reader, fields.get('volumeName')),
        mountPath: readText(reader, fields.get('mountPath')),
        readOnly: readFlag(reader, fields.get('readOnly')),
        ...(subPath !== '' && { subPath }),
        copyUp: copyUp === undefined ? subPath === '' : readFlag(reader, copyUp),
      },
    ];
  });
}
