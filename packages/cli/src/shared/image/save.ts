import { type FileHandle, open } from 'node:fs/promises';
import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Output } from '../../program/context/output.ts';
import { localFault } from '../../program/local-fault.ts';
import { printLines } from '../../program/print-lines.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { formatBytes } from '../render/bytes.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { out, err, now, signal } = context;
  const path = input.text('output') ?? '-';
  const request = { name, realm: imageRealm(input) };
  if (path === '-' && out.isTerminal) {
    throw input.refuse(
      'an archive cannot be printed on a terminal',
      'name a file with -o, or use a pipe',
    );
  }
  const view = createProgressView(err, now);
  const meter = new TransferMeter(now);
  let bytes = 0;
  await withCapsule(input, context, async (client) => {
    // Only a terminal shows progress, so only it needs the size in advance.
    const total = err.isTerminal ? await sizeOf(client, request, signal) : 0;
    const onChunk = async (length: number) => {
      bytes += length;
      if (err.isTerminal) await view.update(name, 'saving', meter.describe(bytes, total));
    };
    const chunks = counted(client.image.save(request, { signal }), onChunk);
    await (path === '-' ? writeAll(out, chunks) : writeFile(path, chunks));
  }).finally(() => view.clear());
  if (path !== '-') await printLines(out, `${path} written, ${formatBytes(bytes)}\n`);
  return undefined;
};

/** Returns the bytes of configuration and layers, to which an archive adds little; 0 where they are not known. */
async function sizeOf(
  client: CapsuleClient,
  request: { readonly name: string; readonly realm: string },
  signal: AbortSignal,
): Promise<number> {
  try {
    const { image } = await client.image.get(request, { signal });
    return Number(image?.sizeBytes ?? 0);
  } catch (error) {
    signal.throwIfAborted();
    // The save reports its own failure; an image that this capsule cannot run can still be saved.
    if (!isCapsuleError(error)) throw error;
    return 0;
  }
}

async function* counted(
  answers: AsyncIterable<{ readonly data: Uint8Array }>,
  onChunk: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const { data } of answers) {
    yield data;
    await onChunk(data.length);
  }
}

async function writeAll(out: Output, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) await out.write(chunk);
}

/** Creates the file when the first bytes are there: a missing image leaves no empty file. */
async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let file: FileHandle | undefined;
  try {
    for await (const chunk of chunks) {
      file ??= await open(path, 'w');
      await file.writeFile(chunk);
    }
    // A network filesystem reports failed writes here.
    await file?.close();
  } catch (error) {
    throw localFault('write', path, error);
  } finally {
    await file?.close();
  }
}
