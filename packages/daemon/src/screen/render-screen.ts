import {
  action,
  bare,
  capsuleLink,
  fingerprintRows,
  plainText,
  remedy,
  wrapText,
} from '@capsule/core';
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
  /** With which a lost key is recovered; absent where that is impossible. */
  readonly recovery?: string;
  /** Absent: the capsule has an owner. Empty: a client has to wait for the next code. */
  readonly code?: string;
}

/** Problems beyond these are counted. */
const PROBLEMS_SHOWN = 3;
const COLUMNS = 80;
/** Before a text, with its title. */
const TITLE_COLUMNS = 15;

/**
 * The screen of a capsule, at most 80 columns wide. Names may come from a lease, and problems from other programs: no
 * control character of them reaches the console. Pure.
 */
export function renderScreen(foreign: ScreenFacts): string {
  const facts = plainFacts(foreign);
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
    ...(code === undefined ? recoveryRow(facts) : ['', ...adoption(facts, code)]),
    '',
  ].join('\n');
}

function plainFacts(facts: ScreenFacts): ScreenFacts {
  const { name, version, slot, address, problems } = facts;
  return {
    ...facts,
    name: plainText(name),
    version: plainText(version),
    slot: plainText(slot),
    address: plainText(address),
    problems: problems.map(plainText),
  };
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(TITLE_COLUMNS - 2)}${text}`;
}

/** A capsule without an owner is adopted, and needs no recovery. */
function recoveryRow({ recovery }: ScreenFacts): readonly string[] {
  return recovery === undefined ? [] : [row('lost key', `recovery code ${recovery}`)];
}

function rows(title: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => row(index === 0 ? title : '', text));
}

function addressOf({ address, port }: ScreenFacts): string {
  return address === '' ? 'none: the network has not answered yet' : `${address}:${port}`;
}

function workloadsOf({ workloads }: ScreenFacts): string {
  return workloads === undefined ? 'unknown' : `${workloads.running} of ${workloads.total} run`;
}

function problemsOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - PROBLEMS_SHOWN;
  const shown = problems.slice(0, PROBLEMS_SHOWN);
  const lines = shown.flatMap((one) => wrapText(one, COLUMNS - TITLE_COLUMNS, 2));
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])];
}

function adoption(facts: ScreenFacts, code: string): readonly string[] {
  if (code === '') return ['  Too many wrong codes. A new code follows within a minute.'];
  if (facts.address === '') return ['  Adopt this capsule once it has an address.'];
  return [
    '  Adopt this capsule from a laptop:',
    `    ${remedy`${bare(action('adopt', { address: targetOf(facts), code }))}`.text}`,
    '',
    ...renderUnicodeCompact(capsuleLink(addressOf(facts), facts.fingerprint)).split('\n'),
  ];
}

const DEFAULT_PORT = 50_000;

function targetOf({ address, port }: ScreenFacts): string {
  return port === DEFAULT_PORT ? address : `${address}:${port}`;
}
