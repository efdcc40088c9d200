import { action, remedy } from '@capsule/core';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderRemedy } from '../../program/render-remedy.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import type { Enrolment } from './prove-key.ts';
import { describeRole } from './role.ts';

interface Adopted {
  readonly saved: SavedContext;
  readonly enrolment: Enrolment;
  readonly isCurrent: boolean;
}

export async function printAdopted(
  { saved, enrolment, isCurrent }: Adopted,
  input: Input,
  context: Context,
): Promise<void> {
  const format = readFormat(input);
  const { out, err, program } = context;
  const { name, addr, fingerprint, keyPath } = saved;
  const { capsuleId, kid } = enrolment;
  const role = describeRole(enrolment.role);
  if (isData(format)) {
    const document = { name, addr, capsuleId, fingerprint, kid, role, keyPath };
    await out.write(await renderDocument(format, document));
  } else if (format.kind === 'name') {
    await out.write(`${name}\n`);
  } else {
    const details = [
      ['Context', name],
      ['Capsule', capsuleId],
      ['Address', addr],
      ['Key', `${kid} (${role})`],
      ['Key file', keyPath],
    ] as const;
    const verb = enrolment.wasEnrolled ? 'uses a key that was enrolled before' : 'adopted';
    await printLines(out, `${name} ${verb}\n${renderDetails(details, out)}`);
  }
  const next = remedy`${action('context.use', { context: name })} makes it the current context`;
  if (!isCurrent) await printLines(err, `${renderRemedy(next, program)}\n`);
}
