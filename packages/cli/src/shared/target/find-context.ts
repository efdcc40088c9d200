import { formatAddress, parseAddress } from '@capsule/api/wire';
import { isCapsuleError, nearestWord } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { CapsuleTarget, SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import { readContexts } from '../operator/read-contexts.ts';

/** The context for commands that name no capsule. Fails with `CLI_CONTEXT_MISSING`. */
export async function currentContext(context: Context): Promise<SavedContext | undefined> {
  const { current, contexts } = await readContexts(context);
  return current === undefined ? undefined : pickContext(current, contexts);
}

/**
 * The capsule that a person named: `unix:/path`, a context, or the address of one. Fails with `CLI_CONTEXT_MISSING`,
 * `CLI_NOT_ADOPTED`, `API_TARGET_INVALID`.
 */
export async function findNamed(named: string, context: Context): Promise<CapsuleTarget> {
  if (named.startsWith('unix:')) return named;
  const { contexts } = await readContexts(context);
  const byName = contexts.find(({ name }) => name === named);
  if (byName !== undefined) return byName;
  const address = addressIn(named);
  if (address === undefined) {
    // No context has such a name, so the error is that of the address.
    if (/[:/]/.test(named)) parseAddress(named);
    return pickContext(named, contexts);
  }
  const byAddress = contexts.find(({ addr }) => addressIn(addr) === address);
  if (byAddress !== undefined) return byAddress;
  // A word without a dot or colon may be meant as either.
  if (!/[.:]/.test(named)) return pickContext(named, contexts);
  throw cliError.NOT_ADOPTED({ address });
}

function addressIn(text: string): string | undefined {
  try {
    return formatAddress(parseAddress(text));
  } catch (error) {
    if (isCapsuleError(error)) return undefined;
    throw error;
  }
}

/** Fails with `CLI_CONTEXT_MISSING`. */
export function pickContext(name: string, contexts: readonly SavedContext[]): SavedContext {
  const found = contexts.find((one) => one.name === name);
  if (found !== undefined) return found;
  const near = nearestWord(
    name,
    contexts.map((one) => one.name),
  );
  throw cliError.CONTEXT_MISSING({ name, near });
}
