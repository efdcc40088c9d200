import { connectCapsule } from '@capsule/api/node';
import type { Started } from '../embedded/start-capsule.ts';

/** Problems that the capsule itself has found: those of the host are among the warnings. */
export async function otherProblems({ claim, warnings }: Started): Promise<readonly string[]> {
  await using client = connectCapsule(`unix:${claim.socket}`);
  const { problems } = await client.capsule.getInfo({});
  const isNew = ({ code }: { readonly code: string }) =>
    !warnings.some((warning) => warning.startsWith(`${code}:`));
  return problems.filter(isNew).map(({ code, message }) => `${code}: ${message}`);
}
