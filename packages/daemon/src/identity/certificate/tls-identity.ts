import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { linkSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '@capsule/engine';
import { identityError } from '../errors.ts';
import { makeCertificate } from './make-certificate.ts';

/** The key and the certificate with which a capsule proves to clients that it is the one they adopted. */
export interface TlsIdentity {
  /** PKCS#8 in PEM. */
  readonly key: string;
  /** In PEM. */
  readonly cert: string;
  /** SHA-256 of the certificate in DER: clients pin it. */
  readonly digest: Buffer;
  /** The same in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly capsuleId: string;
}

const FILE = 'tls.pem';
/** Of the fingerprint, in the name of a kept file. */
const NAME_DIGITS = 16;

/**
 * Reads the key and certificate in `folder`; undefined where there are none. Fails with `IDENTITY_UNUSABLE` for a
 * damaged file: a new certificate would look like an attack to every client.
 */
export function readTlsIdentity(folder: string): TlsIdentity | undefined {
  const path = join(folder, FILE);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const found = parse(text, path);
  const { cert, key } = found;
  // A certificate with a changed byte has another fingerprint, which clients would take for an attack.
  if (cert.checkPrivateKey(key) && cert.verify(cert.publicKey)) return describe(key, cert);
  throw identityError.UNUSABLE({ path, reason: 'its key and its certificate do not fit' });
}

function parse(text: string, path: string) {
  try {
    return { cert: new X509Certificate(text), key: createPrivateKey(text) };
  } catch (cause) {
    throw identityError.UNUSABLE({ path, reason: 'it has no key, or no certificate' }, cause);
  }
}

/** Makes a key and a certificate, and keeps both in one file that only root can read. */
export function makeTlsIdentity(folder: string, capsuleId: string): TlsIdentity {
  const { privateKey } = generateKeyPairSync('ed25519');
  // Positive, and never zero.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const cert = new X509Certificate(makeCertificate({ capsuleId, privateKey, serial }));
  const made = describe(privateKey, cert);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeDurably(join(folder, FILE), Buffer.from(made.key + made.cert));
  return made;
}

/**
 * Keeps the file in `folder` beside the one that will replace it, and returns its path. Its name is that of its
 * content: a second call finds it.
 */
export function keepTlsIdentity(folder: string, { fingerprint }: TlsIdentity): string {
  const kept = join(folder, `tls-${fingerprint.slice(0, NAME_DIGITS)}.pem`);
  try {
    linkSync(join(folder, FILE), kept);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return kept;
}

function describe(privateKey: KeyObject, cert: X509Certificate): TlsIdentity {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const digest = createHash('sha256').update(cert.raw).digest();
  const capsuleId = cert.subject.replace(/^CN=/, '');
  return { key, cert: cert.toString(), digest, fingerprint: digest.toString('hex'), capsuleId };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw identityError.UNUSABLE({ path, reason: 'it cannot be read' }, cause);
  }
}
