import { checkFromProto } from '@capsule/api/wire';
import { CHECK_SECTIONS, type Check, isCheckSection } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { withCapsule } from '../target/with-capsule.ts';

/** Has the capsule make the checks of the named sections; of all without a name. Fails with `CLI_USAGE`. */
export async function askChecks(input: Input, context: Context): Promise<readonly Check[]> {
  for (const word of input.args) {
    if (isCheckSection(word)) continue;
    const suggestion = `use ${CHECK_SECTIONS.join(', ')}, or no section for all`;
    throw input.refuse(`${JSON.stringify(word)} is not a section`, suggestion);
  }
  const { signal } = context;
  const { checks } = await withCapsule(input, context, (client) =>
    client.capsule.diagnose({ sections: [...input.args] }, { signal }),
  );
  return checks.flatMap((check) => checkFromProto(check) ?? []);
}
