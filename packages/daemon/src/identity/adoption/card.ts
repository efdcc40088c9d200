import { renderUnicodeCompact } from 'uqr';

export interface CardFacts {
  /** The capsule's address, with the port; empty while it has none. */
  readonly address: string;
  /** SHA-256 of its certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Empty after too many wrong ones. */
  readonly code: string;
}

/** Bytes of a fingerprint in one row, as clients show them. */
const ROW_DIGITS = 16;

/** The text that a capsule shows to the person in front of it while a client can adopt it. Pure. */
export function describeCard({ address, fingerprint, code }: CardFacts): string {
  const rows = fingerprint.match(new RegExp(`.{${ROW_DIGITS}}`, 'g')) ?? [];
  const lines = [
    `Address        ${address === '' ? 'no network yet' : address}`,
    `Adoption code  ${code === '' ? 'a new one follows in a minute' : code}`,
    ...rows.map((row, at) => `${at === 0 ? 'Fingerprint' : ''}`.padEnd(15) + spaced(row)),
  ];
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n${qrCode(address, fingerprint)}\n`;
}

function spaced(row: string): string {
  return row.match(/../g)?.join(' ') ?? row;
}

/** Address and fingerprint for a camera; the code stays with the person. */
function qrCode(address: string, fingerprint: string): string {
  return renderUnicodeCompact(`capsule:${address}?fingerprint=${fingerprint}`, { border: 2 });
}
