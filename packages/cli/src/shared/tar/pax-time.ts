import { damaged } from './damaged.ts';

const SECOND_NS = 1_000_000_000n;
const FORM = /^(-?)(\d{1,18})(?:\.(\d*))?$/;

/** Seconds since 1970 with a fraction, as nanoseconds. Fails with `COPY_ARCHIVE_DAMAGED`. Pure. */
export function parsePaxTime(text: string): bigint {
  const [, sign, seconds, fraction = ''] = FORM.exec(text) ?? [];
  if (seconds === undefined) throw damaged(`the time ${JSON.stringify(text)} is malformed`);
  const size = BigInt(seconds) * SECOND_NS + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -size : size;
}

/** The shortest text for it. Pure. */
export function formatPaxTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = String(size % SECOND_NS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${size / SECOND_NS}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Whole seconds, the earlier ones. Pure. */
export function floorSeconds(ns: bigint): bigint {
  const seconds = ns / SECOND_NS;
  return ns < 0n && seconds * SECOND_NS !== ns ? seconds - 1n : seconds;
}
