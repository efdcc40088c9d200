import { type Action, judgeChain, type Rule } from './judge-chains.ts';
import {
  type Match,
  matchAll,
  matchLink,
  matchName,
  matchSource,
  negate,
  type Packet,
} from './packet.ts';

/** Targets after which no further rule of the table is evaluated. */
const VERDICTS: Readonly<Record<string, Action>> = {
  ACCEPT: 'accept',
  DROP: 'drop',
  REJECT: 'drop',
  RETURN: 'return',
};

/** Options of extensions that only describe, or that repeat another option. */
const HARMLESS = new Set(['comment', 'tcp', 'conntrack', 'state']);

/**
 * Whether the chain FORWARD of the older packet filter keeps a packet from being forwarded, from
 * `iptables-legacy -S`.
 */
export function dropsInIptables(text: string, packet: Packet): boolean {
  const chains = new Map<string, Rule[]>();
  let policy: 'accept' | 'drop' = 'accept';
  for (const line of text.split('\n')) {
    const [verb, chain = '', ...words] = wordsOf(line);
    if (verb === '-P' && chain === 'FORWARD' && words[0] === 'DROP') policy = 'drop';
    if (verb === '-A') chains.set(chain, [...(chains.get(chain) ?? []), judgeRule(words, packet)]);
  }
  return judgeChain(chains, 'FORWARD', policy) === 'drop';
}

/** Words may stand in quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:\\.|[^"])*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

function judgeRule(words: readonly string[], packet: Packet): Rule {
  const matches: Match[] = [];
  let action: Action;
  for (let at = 0; at < words.length; at += 1) {
    const isNegated = words[at] === '!';
    if (isNegated) at += 1;
    const [option = '', value = ''] = words.slice(at, at + 2);
    at += 1;
    if (option === '-j') {
      action = value in VERDICTS ? VERDICTS[value] : { jump: value };
      break; // the options of the target follow
    }
    if (option === '-g') {
      action = { goto: value };
      break;
    }
    const match = matchOption(option, value, packet);
    matches.push(isNegated ? negate(match) : match);
  }
  return { applies: matchAll(matches), action };
}

function matchOption(option: string, value: string, packet: Packet): Match {
  if (option === '-i') return matchLink(value, packet, '+');
  if (option === '-o') return matchName(value, packet.oifnames, '+');
  if (option === '-s') return matchSource(value, packet);
  if (option === '-p') return value === 'tcp' ? 'yes' : 'no';
  if (option === '-m') return HARMLESS.has(value) ? 'yes' : 'unknown';
  if (option === '--comment') return 'yes';
  if (option === '--ctstate' || option === '--state') {
    return value.split(',').includes('NEW') ? 'yes' : 'no';
  }
  return 'unknown';
}
