import type { Run } from '../../program/command.ts';
import { counted } from '../render/amount.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { filterOf } from './place-flags.ts';

/** Has the capsule compare its records with the actual state now. */
export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { out, signal } = context;
  const within = filterOf(input, 'container');
  const { containers, changed } = await withCapsule(input, context, (client) =>
    client.cell.refresh({ within }, { signal }),
  );
  if (isData(format)) await out.write(await renderDocument(format, { containers, changed }));
  else await out.write(`${counted(containers, 'container')} checked, ${changed} changed\n`);
  return undefined;
};
