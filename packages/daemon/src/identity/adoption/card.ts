import { capsuleLink, fingerprintRows } from '@capsule/core';
import { renderUnicodeCompact } from 'uqr';

export interface CardFacts {
  /** The capsule's address, with the port; empty while it has none. */
  readonly address: string;
  /** SHA-256 of its certificate, in lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Empty after too many wrong ones. */
  readonly code: string;
}

/** The text that a capsule shows to the person in front of it while a client can adopt it. Pure. */
export function describeCard({ address, fingerprint, code }: CardFacts): string {
  const lines = [
    `Address        ${address === '' ? 'no network yet' : address}`,
    `Adoption code  ${code === '' ? 'a new one follows in a minute' : code}`,
    ...fingerprintRows(fingerprint).map(
      (row, at) => (at === 0 ? 'Fingerprint' : '').padEnd(15) + row,
    ),
  ];
  const qrCode = renderUnicodeCompact(capsuleLink(address, fingerprint), { border: 2 });
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n${qrCode}\n`;
}
