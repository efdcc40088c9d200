import { stat } from 'node:fs/promises';
import { FrameUnpacker } from '@capsule/api/node';
import {
  type CapsuleClient,
  VolumeArchiveFormat,
  type VolumeExportMessage,
} from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { localFault } from '../../program/local-fault.ts';
import { printLines } from '../../program/print-lines.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { formatBytes } from '../render/bytes.ts';
import { Absence } from '../stream/absence.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { transferError } from '../transfer/errors.ts';
import { PartFile } from '../transfer/part-file.ts';
import { showWarnings } from '../transfer/show-warnings.ts';
import { receiveExport } from './receive-export.ts';
import { readVolumeName } from './volume-name.ts';

interface ExportOf {
  readonly volume: string;
  readonly snapshot: string;
  readonly format: 'image' | 'tar';
}

export const run: Run = async (input, context) => {
  const { volume, snapshot = '' } = readVolumeName(input, input.args[0] ?? '');
  const format = input.isOn('tar') ? 'tar' : 'image';
  const content: ExportOf = { volume, snapshot, format };
  const usual = `${snapshot === '' ? volume : snapshot}.${format === 'tar' ? 'tar' : 'img'}.zst`;
  const path = input.text('output') ?? usual;
  if (await isThere(path)) throw transferError.FILE_EXISTS({ path });
  if (input.isOn('restart')) await PartFile.discard(path);
  const view = createProgressView(context.err, context.now);
  const meter = new TransferMeter(context.now);
  const showProgress = (bytes: number, total: number) =>
    view.update(volume, 'exporting', meter.describe(bytes, total));
  const sha256 = await withCapsule(input, context, (client) =>
    receive(client, content, path, context, showProgress),
  ).finally(() => view.clear());
  const { size } = await stat(path);
  await printLines(
    context.out,
    `${path} written, ${formatBytes(size)}\nsha256 of its content: ${sha256}\n`,
  );
  return undefined;
};

/** Goes on after every cut, as long as the capsule comes back; and with what an earlier run has left. */
async function receive(
  client: CapsuleClient,
  content: ExportOf,
  path: string,
  context: Context,
  showProgress: (bytes: number, total: number) => Promise<void>,
): Promise<string> {
  const { signal } = context;
  const absence = new Absence(context.now);
  const left = await PartFile.resume(path, content);
  if (left !== undefined)
    await printLines(context.err, `resuming at ${formatBytes(left.part.bytes)}\n`);
  const unpacker = new FrameUnpacker();
  let part = left?.part;
  let exportId = left?.exportId ?? '';
  for (;;) {
    const leave = new AbortController();
    try {
      const request = {
        volume: content.volume,
        snapshot: content.snapshot,
        exportId,
        format: content.format === 'tar' ? VolumeArchiveFormat.TAR : VolumeArchiveFormat.IMAGE,
        offset: BigInt(part?.bytes ?? 0),
        isEndedByCaller: true,
      };
      let total = 0;
      const ending = AbortSignal.any([signal, leave.signal]);
      for await (const payload of receiveExport(client, request, ending)) {
        absence.end();
        if (payload.case === 'header') {
          exportId = payload.value.exportId;
          total = Number(payload.value.totalBytes);
          part ??= await PartFile.create(path, { ...content, exportId });
        } else if (part !== undefined) {
          const sha256 = await takeIn(payload, { part, path, unpacker });
          if (sha256 !== undefined) {
            // The file has its name: only now may the capsule let go of what was kept for it.
            const { volume } = content;
            const end = () => client.volume.endExport({ volume, exportId }, { signal });
            await retryWhileAway(end, context);
            if (payload.case === 'trailer') await showWarnings(context.err, payload.value.warnings);
            return sha256;
          }
          await showProgress(part.bytes, total);
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isCapsuleError(error) && error.code === 'EXPORT_GONE' && exportId !== '') {
        await part?.close();
        await PartFile.discard(path);
        await printLines(
          context.err,
          'the capsule no longer has the unfinished export; starting again\n',
        );
        return receive(client, content, path, context, showProgress);
      }
      absence.note(error);
    } finally {
      leave.abort();
    }
    await absence.pause(signal);
  }
}

interface Receiver {
  readonly part: PartFile;
  readonly path: string;
  readonly unpacker: FrameUnpacker;
}

/** Answers the checksum when all has come. */
async function takeIn(
  payload: VolumeExportMessage['payload'],
  { part, path, unpacker }: Receiver,
): Promise<string | undefined> {
  if (payload.case === 'frame') {
    await part.add(payload.value, await unpacker.unpack(payload.value));
    return undefined;
  }
  if (payload.case !== 'trailer') return undefined;
  const found = part.hash.copy().digest('hex');
  const { sha256Hex: sent } = payload.value;
  if (found !== sent) {
    await part.close();
    throw transferError.NOT_AS_SENT({ path, found, sent });
  }
  await part.finish();
  return found;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw localFault('write', path, failure);
  }
}
