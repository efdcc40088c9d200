import type { Run } from '../../program/command.ts';
import { openInput } from '../file/open-input.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { requireImageArchive } from '../transfer/require-image-archive.ts';
import { imageRealm } from './realm-flag.ts';
import { sendImage } from './send-image.ts';

/** Large pieces pass with fewer steps each. */
const CHUNK_BYTES = 256 * 1024;

export const run: Run = async (input, context) => {
  const [path = ''] = input.args;
  const format = readFormat(input);
  const name = input.text('name') ?? '';
  const file = await openInput(path, context.stdin, CHUNK_BYTES);
  const chunks = await requireImageArchive(file.name, file.chunks);
  const view = createProgressView(context.err, context.now);
  const meter = new TransferMeter(context.now);
  const showProgress = async (sentBytes: number) => {
    await view.update(file.name, 'pushing', meter.describe(sentBytes, file.sizeBytes));
  };
  const wanted = { totalBytes: BigInt(file.sizeBytes), name, realm: imageRealm(input) };
  const pieces = shown(chunks, showProgress, () => view.update(file.name, 'unpacking'));
  const answer = await withCapsule(input, context, (client) =>
    sendImage(client, wanted, pieces, context.signal),
  ).finally(() => view.clear());
  const { imageRefs, bytesReceived } = answer;
  if (isData(format)) {
    const document = { imageRefs, bytesReceived: Number(bytesReceived) };
    await context.out.write(await renderDocument(format, document));
  } else {
    await context.out.write(imageRefs.map((reference) => `${reference}\n`).join(''));
  }
  if (context.err.isTerminal) {
    await context.err.write(`pushed ${formatBytes(Number(bytesReceived))}\n`);
  }
  return undefined;
};

async function* shown(
  chunks: AsyncIterable<Uint8Array>,
  onSent: (bytes: number) => Promise<void>,
  onEnd: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  await onSent(sentBytes);
  for await (const chunk of chunks) {
    yield chunk;
    sentBytes += chunk.length;
    await onSent(sentBytes);
  }
  await onEnd();
}
