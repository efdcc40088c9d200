import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, counted, isAsked } from '../confirm/confirm.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { imageLosses } from './losses.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { signal } = context;
  const realm = imageRealm(input);
  const removed: string[] = [];
  const errors: unknown[] = [];
  await withCapsule(input, context, async (client) => {
    const names = [...new Set(input.args)];
    if (isAsked(input, context)) {
      const losses = await imageLosses(client, { names, realm }, signal);
      await confirm({ losses, question: `Remove ${counted(losses.length, 'image')}?` }, context);
    }
    for (const name of names) {
      try {
        const { existed } = await client.image.remove({ name, realm }, { signal });
        if (existed) removed.push(name);
        else errors.push(cliError.IMAGE_MISSING({ name, realm }));
      } catch (error) {
        signal.throwIfAborted();
        errors.push(error);
      }
    }
  });
  if (isData(format)) {
    const documents = removed.map((name) => ({ name, removed: true }));
    await context.out.write(await renderDocuments(format, documents));
  } else {
    const end = format.kind === 'name' ? '' : ' removed';
    await printLines(context.out, removed.map((name) => `${name}${end}\n`).join(''));
  }
  return printErrors(errors, input, context);
};
