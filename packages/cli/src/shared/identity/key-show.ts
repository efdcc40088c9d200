import { keyIdOf, rawPublicKey } from '@capsule/api/remote';
import type { Run } from '../../program/command.ts';
import { ensureKey, publicPem } from '../operator/operator-key.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const key = await ensureKey(context);
  const kid = keyIdOf(rawPublicKey(key));
  const pem = publicPem(key);
  if (isData(format)) {
    await context.out.write(await renderDocument(format, { kid, publicKey: pem }));
  } else {
    await context.out.write(format.kind === 'name' ? `${kid}\n` : `# kid: ${kid}\n${pem}`);
  }
  return undefined;
};
