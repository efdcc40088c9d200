/** Bytes of a fingerprint in one row. */
const ROW_BYTES = 8;

/** A fingerprint in hexadecimal as people compare it, on the console and at the client: rows of eight bytes. Pure. */
export function fingerprintRows(fingerprint: string): readonly string[] {
  const bytes = fingerprint.match(/../g) ?? [];
  const rows = Math.ceil(bytes.length / ROW_BYTES);
  return Array.from({ length: rows }, (_, at) =>
    bytes.slice(at * ROW_BYTES, (at + 1) * ROW_BYTES).join(' '),
  );
}

/** Address and fingerprint for a camera. The code stays with the person: a photograph must not adopt the capsule. Pure. */
export function capsuleLink(address: string, fingerprint: string): string {
  return `capsule://${address}?sha256=${fingerprint}`;
}
