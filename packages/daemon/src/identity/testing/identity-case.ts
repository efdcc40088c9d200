import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Database, migrate } from '@capsule/engine';
import { MIGRATIONS } from '../../store/migrations.ts';
import { AdoptionWindow } from '../adoption/window.ts';
import { Challenges } from '../challenges.ts';
import { KeyCommands } from '../keys.ts';
import { LiveCalls } from '../live-calls.ts';
import { IdentityRecords } from '../records.ts';
import { SpentTokens } from '../token/spent-tokens.ts';
import { TokenMark } from '../token/token-mark.ts';
import { TokenVerifier } from '../token/verify.ts';

export const CAPSULE_ID = 'abcdefghijklmnopqrstuvwx23';
export const CERTIFICATE_DIGEST = createHash('sha256').update('certificate').digest();

const OWN = { capsuleId: CAPSULE_ID, fingerprint: CERTIFICATE_DIGEST.toString('hex') };

/** A client's key, and what it signs. */
export interface TestKey {
  readonly publicKey: Buffer;
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export function makeKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    publicKey: bytes,
    kid: createHash('sha256').update(bytes).digest('base64url'),
    privateKey,
  };
}

/** The value of an `authorization` header; `claims` and `head` replace what is usual. */
export function tokenOf(
  key: TestKey,
  claims: Readonly<Record<string, unknown>> = {},
  head: Readonly<Record<string, unknown>> = {},
): string {
  const iat = Math.floor(Date.now() / 1000);
  const jti = randomBytes(16).toString('base64url');
  const usual = { sub: key.kid, aud: CAPSULE_ID, iat, exp: iat + 60, jti };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const header = { alg: 'EdDSA', typ: 'JWT', kid: key.kid, ...head };
  const signed = `${encode(header)}.${encode({ ...usual, ...claims })}`;
  return `Bearer ${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** The signature of an adoption. */
export function proofOf(key: TestKey, name: string, nonce: Uint8Array): Buffer {
  const parts = [nonce, CERTIFICATE_DIGEST, key.publicKey, Buffer.from(name)];
  const signed = Buffer.concat([Buffer.from('capsule adopt v1\n'), ...parts]);
  return sign(null, signed, key.privateKey);
}

/** The parts of an identity over a store in memory, with clocks that the test moves. */
export function identityCase(db = openMemory()) {
  const clock = { now: Date.now(), monotonic: 0 };
  const records = new IdentityRecords(db);
  if (records.capsuleId() === undefined) records.nameCapsule(CAPSULE_ID);
  const now = () => clock.now;
  const monotonicMs = () => clock.monotonic;
  const challenges = new Challenges(monotonicMs);
  const live = new LiveCalls();
  const keys = new KeyCommands({ db, records, now, onRemoved: (kid) => live.end(kid) });
  const spent = new SpentTokens(db);
  const verifier = (boot = 'boot') => {
    const mark = new TokenMark(db, boot);
    return new TokenVerifier({ db, records, spent, mark, challenges, now, ...OWN });
  };
  const adoption = new AdoptionWindow({
    db,
    records,
    keys,
    challenges,
    certificateDigest: CERTIFICATE_DIGEST,
    monotonicMs,
  });
  return { db, clock, records, challenges, live, keys, verifier, adoption };
}

export function openMemory(): Database {
  const db = new Database(':memory:');
  db.exec('PRAGMA foreign_keys = ON');
  migrate(db, ':memory:', MIGRATIONS);
  return db;
}
