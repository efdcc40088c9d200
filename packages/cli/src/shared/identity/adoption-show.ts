import type { AdoptionStatus } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { withCapsuleHere } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const status = await withCapsuleHere(input, context, (client) =>
    client.identity.adoptionGet({}, { signal: context.signal }),
  );
  await printAdoption(status, format, context);
  return undefined;
};

/** The code and the fingerprint that an operator needs at the other end. */
export async function printAdoption(
  status: AdoptionStatus,
  format: Format,
  { out }: Context,
): Promise<void> {
  const { open, code, fingerprint, owned, oldClients, expiresUnix } = status;
  const until = expiresUnix === 0n ? undefined : new Date(Number(expiresUnix) * 1000).toISOString();
  if (isData(format)) {
    const document = { open, code, fingerprint, owned, oldClients, ...(until && { until }) };
    await out.write(await renderDocument(format, document));
    return;
  }
  if (format.kind === 'name') {
    await out.write(`${code}\n`);
    return;
  }
  const details = [
    ['Adoption', open ? `open${until === undefined ? '' : ` until ${until}`}` : 'closed'],
    ['Code', code],
    ['Fingerprint', fingerprint],
    ['Owned', owned ? 'yes' : 'no'],
    ['Old clients', oldClients ? 'accepted without a code' : undefined],
  ] as const;
  await out.write(renderDetails(details, out));
}
