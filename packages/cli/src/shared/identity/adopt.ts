import { hostname, userInfo } from 'node:os';
import { dial, type RemoteCapsule } from '@capsule/api/remote';
import { type Address, formatAddress, parseAddress } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { Prompt } from '../confirm/prompt.ts';
import { requireContextName, requireWritable } from '../operator/change-contexts.ts';
import { keyFile } from '../operator/folder.ts';
import { ensureKey } from '../operator/operator-key.ts';
import { readContexts } from '../operator/read-contexts.ts';
import { openAnswering } from './open-answering.ts';
import { printAdopted } from './print-adopted.ts';
import { type Enrolment, enrol } from './prove-key.ts';
import { readPin } from './read-pin.ts';
import { requireFreeName, saveContext } from './save-context.ts';

export const run: Run = async (input, context) => {
  const address = readAddress(input);
  const name = contextName(input, address);
  const prompt = new Prompt(context);
  const capsule = await meet({ name, address, prompt }, input, context);
  const enrolment = await adoptIt({ capsule, prompt }, input, context);
  const saved: SavedContext = {
    name,
    addr: capsule.name,
    capsuleId: enrolment.capsuleId,
    fingerprint: capsule.fingerprint,
    keyPath: keyFile(context),
  };
  const isCurrent = await saveContext(saved, input.isOn('replace'), context);
  await printAdopted({ saved, enrolment, isCurrent }, input, context);
  return undefined;
};

/** An argument, or what `--capsule` names; that form stands in older documents. */
function readAddress(input: Input): Address {
  const text = input.args[0] ?? input.text('capsule');
  if (text === undefined) throw input.refuse('the address of the capsule is missing');
  return parseAddress(text);
}

interface Wanted {
  /** Of the context. */
  readonly name: string;
  readonly address: Address;
  readonly prompt: Prompt;
}

/** A code is good once, so the context must be one that can be saved before the capsule enrols the key. */
async function meet(
  { name, address, prompt }: Wanted,
  input: Input,
  context: Context,
): Promise<RemoteCapsule> {
  await requireWritable(context);
  const { contexts } = await readContexts(context);
  const { socket, fingerprint } = await dial(address, context.signal);
  socket.destroy();
  if (!input.isOn('replace')) requireFreeName({ name, fingerprint }, contexts);
  await readPin({ input, prompt, address, fingerprint }, context);
  return { name: formatAddress(address), address, fingerprint };
}

/** Fails with `CLI_CONTEXT_NAME`. */
function contextName(input: Input, { host }: Address): string {
  const named = input.text('name');
  if (named !== undefined) return requireContextName(named);
  return requireContextName(host.replaceAll(/[^\w.-]/g, '-').replace(/^[^A-Za-z0-9]+/, ''));
}

interface Candidate {
  readonly capsule: RemoteCapsule;
  readonly prompt: Prompt;
}

async function adoptIt(
  { capsule, prompt }: Candidate,
  input: Input,
  context: Context,
): Promise<Enrolment> {
  const key = await ensureKey(context);
  try {
    const { client, capsuleId } = await openAnswering(capsule, context.signal);
    await using _ = client;
    const applicant = { client, capsuleId, capsule, key, name: keyName(context), prompt };
    return await enrol(applicant, input, context);
  } catch (error) {
    if (isCapsuleError(error) && error.code === 'API_CALL_UNKNOWN') {
      throw cliError.ADOPTION_OLD({ address: capsule.name }, error);
    }
    throw error;
  }
}

/** By which other operators know the key: `ann@laptop`. */
function keyName({ env }: Context): string {
  return `${env['USER'] || registeredName()}@${hostname()}`;
}

/** Not every user is listed in the user database: one of a container may have a number only. */
function registeredName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`;
  }
}
