import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { FRAME_BYTES, FramePacker } from '@capsule/api/node';
import {
  type CapsuleClient,
  VolumeArchiveFormat,
  type VolumeImportRequestSchema,
} from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { localFault } from '../../program/local-fault.ts';
import { printLines } from '../../program/print-lines.ts';
import { readMebibytes } from '../argument/size.ts';
import { openInput } from '../file/open-input.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { formatBytes } from '../render/bytes.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readArchive } from '../transfer/archive-content.ts';
import { showWarnings } from '../transfer/show-warnings.ts';
import { sendImport } from './send-import.ts';

type Message = MessageInitShape<typeof VolumeImportRequestSchema>;

export const run: Run = async (input, context) => {
  const [name = '', path = ''] = input.args;
  const size = input.text('size');
  const sizeMib = size === undefined ? 0n : readMebibytes(input, '--size', size);
  const isStream = path === '-';
  const importId = isStream ? randomBytes(16).toString('hex') : await idOf(path);
  const { signal, out, err, now, stdin } = context;
  const view = createProgressView(err, now);
  const attempt = async (client: CapsuleClient, reached?: () => void) => {
    const { offset } = await client.volume.beginImport({ name, importId }, { signal });
    reached?.();
    const start = { name, importId, offset };
    const meter = new TransferMeter(now);
    const showProgress = (readBytes: number, totalBytes: number) =>
      view.update(name, 'importing', meter.describe(readBytes, totalBytes));
    const onEnd = () => view.update(name, 'checking');
    const sent = messages({ path, stdin, sizeMib }, offset, { showProgress, onEnd });
    return sendImport(client, start, sent, signal);
  };
  const volume = await withCapsule(input, context, (client) =>
    // The capsule keeps the part before a cut: each attempt resumes after it. A stream is read once.
    isStream ? attempt(client) : retryWhileAway((reached) => attempt(client, reached), context),
  ).finally(() => view.clear());
  await showWarnings(err, volume.importWarnings);
  await printLines(out, `${name} imported, ${formatBytes(Number(volume.sizeBytes))}\n`);
  return undefined;
};

interface Source {
  readonly path: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly sizeMib: bigint;
}

interface Listener {
  readonly showProgress: (readBytes: number, totalBytes: number) => Promise<void>;
  readonly onEnd: () => Promise<void>;
}

async function* messages(
  { path, stdin, sizeMib }: Source,
  start: bigint,
  { showProgress, onEnd }: Listener,
): AsyncGenerator<Message> {
  const file = await openInput(path, stdin, FRAME_BYTES);
  let readBytes = 0;
  const chunks = counted(file.chunks, (count) => {
    readBytes += count;
  });
  const { format, pieces } = await readArchive(file.name, chunks);
  const hash = createHash('sha256');
  const packer = new FramePacker();
  const offset = Number(start);
  let at = 0;
  for await (const piece of inFrames(pieces)) {
    hash.update(piece);
    const skipped = Math.min(Math.max(offset - at, 0), piece.length);
    at += piece.length;
    if (skipped < piece.length) yield frameMessage(await packer.pack(piece.subarray(skipped)));
    // Of the file, whose size is known, whatever comes out of it.
    await showProgress(readBytes, file.sizeBytes);
  }
  await onEnd();
  const isTar = format === 'tar';
  const value = {
    format: isTar ? VolumeArchiveFormat.TAR : VolumeArchiveFormat.IMAGE,
    sizeMib,
    totalBytes: BigInt(at),
    sha256Hex: hash.digest('hex'),
  };
  yield { payload: { case: 'end', value } };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

function frameMessage(frame: Buffer): Message {
  return { payload: { case: 'frame', value: frame as Uint8Array<ArrayBuffer> } };
}

/** As large as a frame may be, whatever came from the file. */
async function* inFrames(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + FRAME_BYTES - length);
      waiting.push(part);
      length += part.length;
      at += part.length;
      if (length < FRAME_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
}

/** The same for the same file, so that another run of the command goes on where the last one was cut. */
async function idOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size, mtimeMs } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FRAME_BYTES), 0, FRAME_BYTES, 0);
    const hash = createHash('sha256').update(`${size} ${mtimeMs} `);
    return hash.update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 32);
  } catch (error) {
    throw localFault('read', path, error);
  }
}
