import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Run } from '../command/command.ts';
import { fileError } from '../file/open-input.ts';
import { createProgressView } from '../progress/progress-view.ts';
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
  let bytes = 0;
  const tell = async (length: number) => {
    bytes += length;
    if (err.isTerminal) await view.update(name, 'saving', formatBytes(bytes));
  };
  await withCapsule(input, context, async (client) => {
    const chunks = client.image.save({ name }, { signal });
    if (path === '-') {
      for await (const { data } of chunks) {
        await out.write(data);
        await tell(data.length);
      }
      return;
    }
    // Made when the first bytes are there: an image that is not leaves no empty file.
    let file: ReturnType<typeof createWriteStream> | undefined;
    try {
      for await (const { data } of chunks) {
        file ??= createWriteStream(path);
        if (!file.write(data)) await once(file, 'drain');
        await tell(data.length);
      }
      file?.end();
      if (file !== undefined) await once(file, 'close');
    } catch (error) {
      file?.destroy();
      throw fileError(path, error);
    }
  }).finally(() => view.clear());
  return undefined;
};
