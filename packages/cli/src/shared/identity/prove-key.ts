import type { KeyObject } from 'node:crypto';
import {
  adoptionProof,
  connectRemote,
  keyIdOf,
  type RemoteCapsule,
  rawPublicKey,
} from '@capsule/api/remote';
import type { Role } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import type { Prompt } from '../confirm/prompt.ts';
import { ANSWER_MS, type Answering } from './open-answering.ts';
import { proveCode } from './prove-code.ts';
import { readCode } from './read-code.ts';

/** The key as the capsule knows it after an adoption. */
export interface Enrolment {
  readonly capsuleId: string;
  readonly kid: string;
  readonly role: Role;
  /** Another operator had enrolled the key before. */
  readonly wasEnrolled: boolean;
}

export interface Applicant extends Answering {
  readonly capsule: RemoteCapsule;
  readonly key: KeyObject;
  /** Of the key, for people. */
  readonly name: string;
  readonly prompt: Prompt;
}

/** Enrols the key with the code on the capsule's console; a key that is enrolled already needs no code. */
export async function enrol(
  applicant: Applicant,
  input: Input,
  context: Context,
): Promise<Enrolment> {
  const known = await findEnrolment(applicant, context);
  if (known !== undefined) return known;
  const claimCode = await readCode(input, applicant.prompt, context);
  return adopt(applicant, claimCode, context.signal);
}

const KEY_UNKNOWN = 'AUTH_KEY_UNKNOWN';

/** Undefined where the capsule does not know the key. */
async function findEnrolment(
  { capsule, key, capsuleId }: Applicant,
  { signal, now }: Context,
): Promise<Enrolment | undefined> {
  const kid = keyIdOf(rawPublicKey(key));
  await using client = connectRemote({ ...capsule, signer: { key, kid, capsuleId, now } });
  try {
    const { role } = await client.identity.whoAmI({}, { signal, timeoutMs: ANSWER_MS });
    return { capsuleId, kid, role, wasEnrolled: true };
  } catch (error) {
    if (isCapsuleError(error) && error.code === KEY_UNKNOWN) return undefined;
    throw error;
  }
}

/** A wrong answer fails, and never costs the operator a key. Fails with `CLI_ADOPTION_ANSWER`. */
async function adopt(
  { client, capsule, capsuleId, key, name }: Applicant,
  claimCode: string,
  signal: AbortSignal,
): Promise<Enrolment> {
  const limits = { signal, timeoutMs: ANSWER_MS };
  const { fingerprint, name: address } = capsule;
  const pubkey = rawPublicKey(key);
  const challenge = await client.identity.challenge({ forAdoption: true }, limits);
  const { nonce } = challenge;
  const facts = { key, name, nonce, fingerprint };
  const proof = proveCode(claimCode, challenge, facts);
  // The code itself would be a gift to a machine that only claims to be the capsule.
  if (proof === undefined) throw cliError.ADOPTION_OLD({ address });
  const { codeShare, proofs } = proof;
  const signature = adoptionProof(facts);
  const request = { pubkey, name, nonce, signature, codeShare };
  const codeProof = Uint8Array.from(proofs.client);
  const answer = await client.identity.adopt({ ...request, codeProof }, limits);
  const kid = keyIdOf(pubkey);
  const problem = !proofs.capsule.equals(answer.codeProof)
    ? 'it has not proven that it knows the code'
    : answer.tlsFingerprintSha256 !== fingerprint
      ? `it names the fingerprint ${answer.tlsFingerprintSha256}, and its own is ${fingerprint}`
      : answer.capsuleId !== capsuleId || answer.kid !== kid
        ? 'it names another capsule or key'
        : undefined;
  if (problem !== undefined) throw cliError.ADOPTION_ANSWER({ address, problem });
  return { capsuleId, kid, role: answer.role, wasEnrolled: false };
}
