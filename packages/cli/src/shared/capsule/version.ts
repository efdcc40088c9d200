import { isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { version } from '../../version.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';

/** The version of this program, and of the capsule where one answers; never fails for its lack. */
export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const capsule = input.isOn('client') ? undefined : await askCapsule(input, context);
  if (isData(format)) {
    const document = { [context.program.name]: version, ...(capsule && { capsule }) };
    await context.out.write(await renderDocument(format, document));
  } else if (format.kind === 'name') {
    await context.out.write(`${version}\n`);
  } else {
    const answer = input.isOn('client') ? undefined : (capsule ?? 'no answer');
    await context.out.write(
      renderDetails(
        [
          [context.program.name, version],
          ['capsule', answer],
        ],
        context.out,
      ),
    );
  }
  return undefined;
};

async function askCapsule(input: Input, context: Context): Promise<string | undefined> {
  try {
    return await withCapsule(input, context, async (client) => {
      const { signal } = context;
      return (await client.capsule.getInfo({}, { signal })).capsuleVersion;
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isCapsuleError(error)) throw error;
    return undefined;
  }
}
