import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type CapsuleError, capsuleIdFrom, isCapsuleError } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { IdentityServiceParts } from '../api/identity-service.ts';
import { AdoptionWindow } from '../identity/adoption/window.ts';
import {
  keepTlsIdentity,
  makeTlsIdentity,
  readTlsIdentity,
  type TlsIdentity,
} from '../identity/certificate/tls-identity.ts';
import { Challenges } from '../identity/challenges.ts';
import { identityError } from '../identity/errors.ts';
import { KeyCommands } from '../identity/keys.ts';
import { IdentityRecords } from '../identity/records.ts';
import { SpentTokens } from '../identity/token/spent-tokens.ts';
import { TokenMark } from '../identity/token/token-mark.ts';
import { TokenVerifier } from '../identity/token/verify.ts';
import type { Base } from './base.ts';
import type { Setup } from './setup.ts';

/** Names this run of the kernel. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** The parts that decide who may call. */
export interface Identity {
  readonly tls: TlsIdentity;
  /** The certificate is a new one, because that of another capsule was found. */
  readonly replaced?: CapsuleError;
  readonly verifier: TokenVerifier;
  readonly service: IdentityServiceParts;
}

/** Creates them over an open store, or returns the error that makes the capsule's certificate unusable. */
export function createIdentity(
  { paths, log }: Setup,
  { db, now, monotonicMs }: Base,
  onKeyRemoved: (kid: string) => void,
): Identity | CapsuleError {
  const records = new IdentityRecords(db);
  const opened = orError(() => openTlsIdentity(paths.tls, db, records));
  if (isCapsuleError(opened)) {
    log.error('certificate not usable', { error: opened });
    return opened;
  }
  const { tls, replaced } = opened;
  if (replaced !== undefined) log.error('certificate replaced', { error: replaced });
  const { capsuleId, fingerprint, digest } = tls;
  const challenges = new Challenges(monotonicMs);
  const keys = new KeyCommands({ db, records, now, onRemoved: onKeyRemoved });
  const spent = new SpentTokens(db);
  const mark = new TokenMark(db, readFileSync(BOOT_ID, 'utf8').trim());
  const adoption = new AdoptionWindow({
    db,
    records,
    keys,
    challenges,
    monotonicMs,
    certificateDigest: digest,
  });
  return {
    ...opened,
    verifier: new TokenVerifier({
      db,
      records,
      spent,
      mark,
      challenges,
      capsuleId,
      fingerprint,
      now,
    }),
    service: { capsuleId, fingerprint, keys, adoption, challenges, now },
  };
}

/**
 * Returns the key and certificate of the capsule, and makes them at its first start. A new store takes the identity of
 * the certificate: clients that pinned it find the same capsule. The certificate of a capsule other than the store's is
 * kept, and replaced.
 */
export function openTlsIdentity(
  folder: string,
  db: Database,
  records: IdentityRecords,
): Pick<Identity, 'tls' | 'replaced'> {
  const found = readTlsIdentity(folder);
  return db.transaction(() => {
    const stored = records.capsuleId();
    const capsuleId = stored ?? found?.capsuleId ?? capsuleIdFrom(randomBytes(16));
    if (stored === undefined) records.nameCapsule(capsuleId);
    if (found?.capsuleId === capsuleId) return { tls: found };
    const replaced = found && replacedError(found, keepTlsIdentity(folder, found), capsuleId);
    return { tls: makeTlsIdentity(folder, capsuleId), ...(replaced && { replaced }) };
  });
}

function replacedError(found: TlsIdentity, kept: string, capsuleId: string): CapsuleError {
  return identityError.REPLACED({ foundId: found.capsuleId, capsuleId, kept });
}

/** The certificate of a capsule whose store cannot be used, so that it can say so; undefined where there is none. */
export function tlsWithoutStore({ paths }: Setup): TlsIdentity | undefined {
  const found = orError(() => readTlsIdentity(paths.tls));
  return isCapsuleError(found) ? undefined : found;
}

function orError<T>(work: () => T): T | CapsuleError {
  try {
    return work();
  } catch (error) {
    if (isCapsuleError(error)) return error;
    throw error;
  }
}
