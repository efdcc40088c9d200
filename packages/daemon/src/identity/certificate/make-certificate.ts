import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  bitString,
  der,
  generalizedTime,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  utf8,
  yes,
} from './der.ts';

const OID = {
  ed25519: '1.3.101.112',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * Clients pin the certificate, so its dates mean nothing; they cover every clock, that of a machine without a
 * battery included.
 */
const NOT_BEFORE = '19700101000000Z';
const NOT_AFTER = '99991231235959Z';

export interface CertificateParts {
  /** Becomes the common name, and the last of the names. */
  readonly capsuleId: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
  readonly serial: Uint8Array;
}

/** A self-signed certificate of X.509 v3 (RFC 5280, RFC 8410) in DER. Pure. */
export function makeCertificate({ capsuleId, privateKey, serial }: CertificateParts): Buffer {
  const algorithm = sequence(oid(OID.ed25519));
  const name = sequence(setOf(sequence(oid(OID.commonName), utf8(capsuleId))));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(generalizedTime(NOT_BEFORE), generalizedTime(NOT_AFTER)),
    name,
    publicKey,
    der(0xa3, sequence(...extensions(['capsule', 'localhost', capsuleId]))),
  );
  return sequence(content, algorithm, bitString(sign(null, content, privateKey)));
}

function extensions(names: readonly string[]): readonly Buffer[] {
  // A digital signature: the first of nine bits.
  const keyUsage = Buffer.from([0x03, 0x02, 0x07, 0x80]);
  const altNames = names.map((name) => der(0x82, Buffer.from(name)));
  return [
    sequence(oid(OID.basicConstraints), yes(), octetString(sequence())),
    sequence(oid(OID.keyUsage), yes(), octetString(keyUsage)),
    sequence(oid(OID.extendedKeyUsage), octetString(sequence(oid(OID.serverAuth)))),
    sequence(oid(OID.subjectAltName), octetString(sequence(...altNames))),
  ];
}
