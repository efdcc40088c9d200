import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { UpdateOSRequestSchema, UpdateOSResponse } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Input } from '../../program/input.ts';
import { localFault } from '../../program/local-fault.ts';
import { printLines } from '../../program/print-lines.ts';
import { parseDuration } from '../argument/duration.ts';
import { openInput } from '../file/open-input.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { withCapsule } from '../target/with-capsule.ts';

const CHUNK_BYTES = 256 * 1024;

export const run: Run = async (input, context) => {
  const [path = ''] = input.args;
  const autoConfirmSeconds = readAutoConfirm(input);
  const file = await openInput(path, context.stdin, CHUNK_BYTES);
  const view = createProgressView(context.err, context.now);
  const meter = new TransferMeter(context.now);
  const metadata = {
    totalBytes: BigInt(file.sizeBytes),
    // The signature in the bundle protects its content; the hash only finds a bad transfer early.
    sha256Hex: file.sizeBytes > 0 ? await hashOf(path) : '',
    autoConfirmSeconds,
    allowDowngrade: input.isOn('allowDowngrade'),
  };
  const onSent = (bytes: number) =>
    view.update(file.name, 'sending', meter.describe(bytes, file.sizeBytes));
  const answer = await withCapsule(input, context, (client) =>
    client.capsule.updateOS(messages(metadata, file.chunks, onSent), { signal: context.signal }),
  ).finally(() => view.clear());
  await printLines(
    context.out,
    describe(answer, { autoConfirmSeconds, program: context.program.name }),
  );
  return undefined;
};

/** Whole seconds, of a number or a duration. */
function readAutoConfirm(input: Input): number {
  const text = input.text('autoConfirm');
  if (text === undefined) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms !== undefined && ms >= 1000) return Math.round(ms / 1000);
  throw input.refuse(`--auto-confirm takes seconds like 60, or 2m, not ${JSON.stringify(text)}`);
}

async function hashOf(path: string): Promise<string> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash.digest('hex');
  } catch (error) {
    throw localFault('read', path, error);
  }
}

type Message = MessageInitShape<typeof UpdateOSRequestSchema>;
type Metadata = Extract<Message['msg'], { case: 'metadata' }>['value'];

async function* messages(
  metadata: Metadata,
  chunks: AsyncIterable<Uint8Array>,
  onSent: (bytes: number) => Promise<void>,
): AsyncGenerator<Message> {
  yield { msg: { case: 'metadata', value: metadata } };
  let sentBytes = 0;
  for await (const chunk of chunks) {
    yield { msg: { case: 'chunk', value: chunk as Uint8Array<ArrayBuffer> } };
    sentBytes += chunk.length;
    await onSent(sentBytes);
  }
}

function describe(
  answer: UpdateOSResponse,
  { autoConfirmSeconds, program }: { autoConfirmSeconds: number; program: string },
): string {
  const { nextSlot, nextVersion, trialSeconds } = answer;
  const confirmation =
    autoConfirmSeconds > 0
      ? `it confirms itself after ${autoConfirmSeconds} s of health`
      : `confirm it with \`${program} update confirm\``;
  return `${nextSlot} has version ${nextVersion}; the capsule reboots into it now\n${confirmation}; otherwise the capsule goes back after ${trialSeconds} s\n`;
}
