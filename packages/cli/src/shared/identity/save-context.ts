import { cliError } from '../../errors.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { changeContexts } from '../operator/change-contexts.ts';

/** Before a capsule enrols the key for this context. Fails with `CLI_CONTEXT_TAKEN`. */
export function requireFreeName(
  { name, fingerprint }: Pick<SavedContext, 'name' | 'fingerprint'>,
  contexts: readonly SavedContext[],
): void {
  const same = contexts.find((one) => one.name === name);
  if (same !== undefined && same.fingerprint !== fingerprint)
    throw cliError.CONTEXT_TAKEN({ name });
}

/**
 * Saves the context of a capsule, and makes it the current one where there is none. Returns whether it is the current
 * one now. Fails with `CLI_CONTEXT_TAKEN`.
 */
export function saveContext(
  saved: SavedContext,
  replaces: boolean,
  context: Context,
): Promise<boolean> {
  const { name, capsuleId, fingerprint } = saved;
  return changeContexts(context, ({ before, save, use }) => {
    const same = before.contexts.find((one) => one.name === name);
    const isSame = same?.capsuleId === capsuleId && same.fingerprint === fingerprint;
    if (same !== undefined && !isSame && !replaces) throw cliError.CONTEXT_TAKEN({ name });
    save(saved);
    const { current = name } = before;
    if (before.current === undefined) use(name);
    return current === name;
  });
}
