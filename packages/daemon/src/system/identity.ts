import { randomBytes } from 'node:crypto';
import { type CapsuleError, capsuleIdFrom, isCapsuleError } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { IdentityServiceParts } from '../api/identity-service.ts';
import { AdoptionWindow } from '../identity/adoption/window.ts';
import {
  makeTlsIdentity,
  readTlsIdentity,
  type TlsIdentity,
} from '../identity/certificate/tls-identity.ts';
import { Challenges } from '../identity/challenges.ts';
import { KeyCommands } from '../identity/keys.ts';
import { IdentityRecords } from '../identity/records.ts';
import { SpentTokens } from '../identity/token/spent-tokens.ts';
import { TokenVerifier } from '../identity/token/verify.ts';
import type { Base } from './base.ts';
import type { Setup } from './setup.ts';

/** The parts that decide who may call. */
export interface Identity {
  readonly tls: TlsIdentity;
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
  const tls = orError(() => openTlsIdentity(paths.tls, db, records));
  if (isCapsuleError(tls)) {
    log.error('certificate not usable', { error: tls });
    return tls;
  }
  const { capsuleId, fingerprint, digest } = tls;
  const challenges = new Challenges(monotonicMs);
  const keys = new KeyCommands({ db, records, now, onRemoved: onKeyRemoved });
  const spent = new SpentTokens(db);
  const adoption = new AdoptionWindow({
    db,
    records,
    keys,
    challenges,
    monotonicMs,
    certificateDigest: digest,
  });
  return {
    tls,
    verifier: new TokenVerifier({ db, records, spent, challenges, capsuleId, fingerprint, now }),
    service: { capsuleId, fingerprint, keys, adoption, challenges, now },
  };
}

/**
 * Returns the key and certificate of the capsule, and makes them at its first start. A new store takes the identity of
 * the certificate: clients that pinned it find the same capsule.
 */
export function openTlsIdentity(
  folder: string,
  db: Database,
  records: IdentityRecords,
): TlsIdentity {
  const found = readTlsIdentity(folder);
  return db.transaction(() => {
    const stored = records.capsuleId();
    const capsuleId = stored ?? found?.capsuleId ?? capsuleIdFrom(randomBytes(16));
    if (stored === undefined) records.nameCapsule(capsuleId);
    return found?.capsuleId === capsuleId ? found : makeTlsIdentity(folder, capsuleId);
  });
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
