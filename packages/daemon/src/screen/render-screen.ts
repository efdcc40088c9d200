import { action, bare, remedy } from '@capsule/core';
import { renderUnicodeCompact } from 'uqr';

/** Facts for a person who stands before the machine. */
export interface ScreenFacts {
  readonly name: string;
  readonly version: string;
  readonly slot: string;
  /** The slot runs on trial. */
  readonly isTrial: boolean;
  /** Empty without a network. */
  readonly address: string;
  readonly port: number;
  /** SHA-256 of the certificate, in hexadecimal digits; empty without one. */
  readonly fingerprint: string;
  /** Absent when the store cannot be read. */
  readonly workloads?: { readonly total: number; readonly running: number };
  readonly problems: readonly string[];
  /** Absent: the capsule has an owner. Empty: a client has to wait for the next code. */
  readonly code?: string;
}

/** Problems beyond these are counted. */
const PROBLEMS_SHOWN = 3;
const DIGITS_PER_ROW = 16;

/** The screen of a capsule, at most 80 columns wide. Pure. */
export function renderScreen(facts: ScreenFacts): string {
  const { name, version, slot, isTrial, code } = facts;
  const trial = isTrial ? ', on trial' : '';
  return [
    `Capsule ${version} (${slot}${trial})`,
    '',
    row('name', name),
    row('address', addressOf(facts)),
    ...rows('fingerprint', fingerprintRows(facts.fingerprint)),
    row('workloads', workloadsOf(facts)),
    ...rows('problems', problemsOf(facts.problems)),
    ...(code === undefined ? [] : ['', ...adoption(facts, code)]),
    '',
  ].join('\n');
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(13)}${text}`;
}

function rows(title: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => row(index === 0 ? title : '', text));
}

function addressOf({ address, port }: ScreenFacts): string {
  return address === '' ? 'none: the network has not answered yet' : `${address}:${port}`;
}

/** In rows of 8 bytes, as a client shows them at an adoption. */
function fingerprintRows(fingerprint: string): readonly string[] {
  const all = fingerprint.match(new RegExp(`.{1,${DIGITS_PER_ROW}}`, 'g')) ?? [];
  return all.map((digits) => (digits.match(/../g) ?? []).join(' '));
}

function workloadsOf({ workloads }: ScreenFacts): string {
  return workloads === undefined ? 'unknown' : `${workloads.running} of ${workloads.total} run`;
}

function problemsOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - PROBLEMS_SHOWN;
  return [...problems.slice(0, PROBLEMS_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
}

function adoption(facts: ScreenFacts, code: string): readonly string[] {
  if (code === '') return ['  Too many wrong codes. A new code follows within a minute.'];
  if (facts.address === '') return ['  Adopt this capsule once it has an address.'];
  return [
    '  Adopt this capsule from a laptop:',
    `    ${remedy`${bare(action('adopt', { address: targetOf(facts), code }))}`.text}`,
    '',
    ...renderUnicodeCompact(linkOf(facts)).split('\n'),
  ];
}

const DEFAULT_PORT = 50_000;

function targetOf({ address, port }: ScreenFacts): string {
  return port === DEFAULT_PORT ? address : `${address}:${port}`;
}

/** Address and fingerprint, without the code: a photograph of the screen must not adopt the capsule. */
function linkOf({ address, port, fingerprint }: ScreenFacts): string {
  return `capsule://${address}:${port}?sha256=${fingerprint}`;
}
