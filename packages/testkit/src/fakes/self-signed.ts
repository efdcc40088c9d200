import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const COMMON_NAME = [0x55, 0x04, 0x03];
const ED25519 = [0x2b, 0x65, 0x70];

/** A self-signed Ed25519 certificate, like that of a capsule with this id. */
export function selfSigned(id: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const body = certificateBody(id, publicKey);
  const signature = sign(null, body, privateKey);
  const algorithm = sequence(tagged(0x06, Buffer.from(ED25519)));
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** RFC 5280, 4.1. */
function certificateBody(id: string, publicKey: KeyObject): Buffer {
  const name = sequence(
    tagged(0x31, sequence(tagged(0x06, Buffer.from(COMMON_NAME)), tagged(0x0c, Buffer.from(id)))),
  );
  const times = ['200101000000Z', '491231235959Z'].map((time) => tagged(0x17, Buffer.from(time)));
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.of(2))),
    tagged(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    sequence(tagged(0x06, Buffer.from(ED25519))),
    name,
    sequence(...times),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

/** DER: tag, length, value. */
function tagged(tag: number, value: Buffer): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), value]);
}
