import type { WhoAmIResponse } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { describeRole } from './role.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const me = await withCapsule(input, context, (client) =>
    client.identity.whoAmI({}, { signal: context.signal }),
  );
  if (isData(format)) await context.out.write(await renderDocument(format, documentOf(me)));
  else if (format.kind === 'name') await context.out.write(`${me.name}\n`);
  else {
    const details = [
      ['Name', me.name],
      ['Key', me.kid],
      ['Role', describeRole(me.role)],
      ['Host access', me.hostAccess ? 'yes' : 'no'],
      ['Capsule', me.capsuleId],
    ] as const;
    await context.out.write(renderDetails(details, context.out));
  }
  return undefined;
};

function documentOf({ name, kid, role, hostAccess, capsuleId }: WhoAmIResponse): object {
  return { name, kid, role: describeRole(role), hostAccess, capsuleId };
}
