import { type FileHandle, open } from 'node:fs/promises';
import type { Run } from '../../program/command.ts';
import { localFault } from '../../program/local-fault.ts';
import { printLines } from '../../program/print-lines.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { formatBytes } from '../render/bytes.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { out, err, now, signal } = context;
  const path = input.text('output') ?? '-';
  if (path === '-' && out.isTerminal) {
    throw input.refuse('an archive is not for a terminal', 'name a file with -o, or use a pipe');
  }
  const view = createProgressView(err, now);
  const meter = new TransferMeter(now);
  let bytes = 0;
  const showProgress = async (length: number) => {
    bytes += length;
    if (err.isTerminal) await view.update(name, 'saving', meter.describe(bytes, 0));
  };
  await withCapsule(input, context, async (client) => {
    const chunks = client.image.save({ name }, { signal });
    if (path === '-') {
      for await (const { data } of chunks) {
        await out.write(data);
        await showProgress(data.length);
      }
      return;
    }
    // Made when the first bytes are there: an image that is not leaves no empty file.
    let file: FileHandle | undefined;
    try {
      for await (const { data } of chunks) {
        file ??= await open(path, 'w');
        await file.writeFile(data);
        await showProgress(data.length);
      }
      // A network filesystem reports failed writes here.
      await file?.close();
    } catch (error) {
      throw localFault('write', path, error);
    } finally {
      await file?.close();
    }
  }).finally(() => view.clear());
  if (path !== '-') await printLines(out, `${path} written, ${formatBytes(bytes)}\n`);
  return undefined;
};
