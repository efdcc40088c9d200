import { scheduleFromProto, volumeStateFromProto } from '@capsule/api/wire';
import { formatSpan } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { Run } from '../../program/command.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { volumeDocument } from './document.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const format = readFormat(input);
  const { out, now, signal } = context;
  const volume = await withCapsule(input, context, (client) =>
    client.volume.get({ name }, { signal }),
  );
  if (format.kind === 'name') await out.write(`${volume.name}\n`);
  else if (isData(format)) {
    await out.write(await renderDocument(format, volumeDocument(volume)));
  } else {
    const { sizeBytes, usedBytes, mountedBy, hostPath, createdAtUnix, state } = volume;
    const schedule = scheduleFromProto(volume.snapshotSchedule);
    const at = Number(createdAtUnix) * 1000;
    const age = `${new Date(at).toISOString()} (${formatAge(at, now())} ago)`;
    const details = renderDetails(
      [
        ['Name', volume.name],
        ['State', capitalised(volumeStateFromProto(state))],
        ['Size', formatBytes(Number(sizeBytes))],
        ['Used', formatBytes(Number(usedBytes))],
        ['Mounted by', mountedBy.length === 0 ? 'none' : mountedBy],
        ['Path', hostPath || undefined],
        [
          'Snapshots',
          schedule && `every ${formatSpan(schedule.everySeconds)}, ${schedule.keep} kept`,
        ],
        ['Created', at > 0 ? age : undefined],
      ],
      out,
    );
    await out.write(details);
  }
  return undefined;
};
