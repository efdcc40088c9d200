import { createHash } from 'node:crypto';

/** The pin of a capsule: SHA-256 of its certificate in DER, in lower-case hexadecimal. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/** Reads what a person copied: colons, blanks and capitals do not matter. Undefined for anything else. */
export function parseFingerprint(text: string): string | undefined {
  const hex = text.replaceAll(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
}
