import {
  type CapsuleClient,
  type Image,
  type ImagePullResponse,
  WorkloadStage,
} from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { createProgressView, type ProgressView } from '../progress/progress-view.ts';
import { TransferMeter } from '../progress/transfer-meter.ts';
import { describeAmount } from '../render/amount.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { imageDocument } from './document.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const view = createProgressView(context.err, context.now);
  const names = [...new Set(input.args)];
  const outcomes = await withCapsule(input, context, (client) =>
    Promise.allSettled(
      names.map((name) => pull({ client, name, view, realm: imageRealm(input) }, context)),
    ),
  );
  await view.clear();
  context.signal.throwIfAborted();
  const images = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  );
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, images.map(imageDocument)));
  } else {
    const line = ({ name, digest }: Image) => (format.kind === 'name' ? name : `${name} ${digest}`);
    await printLines(context.out, images.map((image) => `${line(image)}\n`).join(''));
  }
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  );
  return printErrors(errors, input, context);
};

interface Pull {
  readonly client: CapsuleClient;
  readonly name: string;
  readonly realm: string;
  readonly view: ProgressView;
}

async function pull(
  { client, name, realm, view }: Pull,
  { signal, err, now }: Context,
): Promise<Image> {
  const meter = new TransferMeter(now);
  let image: Image | undefined;
  for await (const answer of client.image.pull({ name, realm }, { signal })) {
    image = answer.image;
    if (err.isTerminal) await show(name, answer, { view, meter });
  }
  view.done(name);
  // The stream fails where there is no image; its last message has one.
  return image as Image;
}

/** The whole, and each layer that is on its way. */
async function show(
  name: string,
  answer: ImagePullResponse,
  { view, meter }: { readonly view: ProgressView; readonly meter: TransferMeter },
): Promise<void> {
  const { stage, parts } = answer;
  const [doneBytes, totalBytes] = [Number(answer.doneBytes), Number(answer.totalBytes)];
  const word = stage === WorkloadStage.UNPACKING ? 'unpacking' : 'pulling';
  await view.update(name, word, totalBytes === 0 ? '' : meter.describe(doneBytes, totalBytes));
  for (const part of parts) {
    const label = `  ${part.name.slice(-12)}`;
    const isDone = part.doneBytes >= part.totalBytes;
    if (isDone) view.done(label);
    else {
      const amount = { doneBytes: Number(part.doneBytes), totalBytes: Number(part.totalBytes) };
      await view.update(label, 'layer', describeAmount(amount));
    }
  }
}
