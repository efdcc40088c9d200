import { rawPublicKey } from '@capsule/api/remote';
import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { readPublicKey } from '../operator/operator-key.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { keyDocument } from './key-columns.ts';
import { describeRole, readRole } from './role.ts';

export const run: Run = async (input, context) => {
  const [file = ''] = input.args;
  const format = readFormat(input);
  const name = input.text('name');
  if (name === undefined) throw input.refuse('--name NAME is missing');
  const pubkey = rawPublicKey(await readPublicKey(file, context.stdin));
  const request = { pubkey, name, role: readRole(input), hostAccess: input.isOn('hostAccess') };
  const { key } = await withCapsule(input, context, (client) =>
    client.identity.keyAdd(request, { signal: context.signal }),
  );
  if (key === undefined) return undefined;
  if (isData(format)) await context.out.write(await renderDocument(format, keyDocument(key)));
  else if (format.kind === 'name') await printLines(context.out, `${key.kid}\n`);
  else
    await printLines(
      context.out,
      `enrolled: ${key.kid} (${key.name}), ${describeRole(key.role)}\n`,
    );
  return undefined;
};
