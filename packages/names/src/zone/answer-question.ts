import { DOMAIN_STACK, hasShortNames, WORKLOAD_DOMAIN } from '@capsule/core';
import type { Answer } from 'dns-packet';
import { TYPE } from '../message/codes.ts';
import type { OwnAnswer } from '../message/compose-answer.ts';
import type { Question } from '../message/read-message.ts';
import { labelsOf } from '../message/read-name.ts';
import { answerReverse } from './answer-reverse.ts';
import { findInSpace, findInStack } from './find-name.ts';
import { type NameZone, ZONE } from './name-zone.ts';
import {
  answerData,
  answerNoData,
  answerNoSuchName,
  answerServerFailure,
  authorityOf,
  startOfAuthority,
} from './own-answers.ts';

/** Clients ask these types of a name with one label to learn about a top-level domain. */
const OF_DOMAINS: readonly number[] = [TYPE.NS, TYPE.SOA, TYPE.DS, TYPE.DNSKEY];

/**
 * Answers a question of `asker`, an address, if it is the capsule's own; returns `forward` for all others. Pure.
 *
 * - Names of the asker's own space are `web`, `web.shop` with the stack, and in full
 *   `web.shop.prod.main.capsule.internal`. Without the stack, `findInSpace` chooses. Cells of the stack
 *   main/default/default also have the name `web.capsule.internal`, in their space.
 * - For types other than A the answer is empty (no data), so that resolvers keep the address they have.
 * - A name in `capsule.internal` that no workload of the space has does not exist; no upstream is asked.
 * - A name of one label that no workload has is not forwarded to the Internet. Where the uplink has a
 *   search domain, its resolvers serve a local network, and the name is forwarded to them.
 * - A name of two labels is a cell and its stack only where that cell exists: else it may be `example.com`.
 * - `localhost` is never forwarded (RFC 6761).
 */
export function answerQuestion(
  question: Question,
  zone: NameZone,
  asker: string,
): OwnAnswer | 'forward' {
  const labels = labelsOf(question.name);
  const stack = zone.names?.owners.get(asker)?.stack;
  const last = labels.at(-1);
  if (last === 'localhost') return answerLocalhost(labels, question.type);
  if (isZone(labels.slice(-2))) {
    return answerInZone(labels.slice(0, -2), question.type, { zone, stack });
  }
  if (labels.length === 1) return answerBare(labels, question.type, { zone, stack });
  return (
    answerWithStack(labels, question.type, zone) ??
    answerReverse(labels, question.type, zone) ??
    'forward'
  );
}

interface Asked {
  readonly zone: NameZone;
  /** The asker's own one; undefined for an asker in the capsule's own network. */
  readonly stack: string | undefined;
}

function isZone(labels: readonly string[]): boolean {
  return labels.length === 2 && labels.every((label, index) => label === ZONE[index]);
}

function answerInZone(labels: readonly string[], type: number, asked: Asked): OwnAnswer {
  const apex = WORKLOAD_DOMAIN;
  const authority = authorityOf(apex);
  if (labels.length === 0) return answerApex(apex, type, asked.zone);
  if (asked.zone.names === undefined) return answerServerFailure();
  const addresses = findInZone(labels, asked);
  if (addresses === undefined) return answerNoSuchName(authority);
  return answerName({ owner: [...labels, apex].join('.'), authority }, type, addresses);
}

/** Empty for a name that has no address itself, and names below it. */
function findInZone(
  labels: readonly string[],
  { zone, stack: own }: Asked,
): readonly string[] | undefined {
  const { names, realm, space } = zone;
  if (names === undefined) return undefined;
  const [name = '', second = ''] = labels;
  const isOwn = labels.slice(-2).join('.') === `${space}.${realm}`;
  switch (labels.length) {
    case 1:
      return (
        (hasShortNames(zone) ? findInStack(names, name, DOMAIN_STACK.stack) : undefined) ??
        emptyIf(name === realm)
      );
    case 2:
      return emptyIf(isOwn);
    case 3:
      return isOwn ? (findInSpace(names, name, own) ?? emptyIf(names.stacks.has(name))) : undefined;
    case 4:
      return isOwn ? findInStack(names, name, second) : undefined;
    default:
      return undefined;
  }
}

function emptyIf(hasNamesBelow: boolean): readonly string[] | undefined {
  return hasNamesBelow ? [] : undefined;
}

function answerBare(
  labels: readonly string[],
  type: number,
  { zone, stack }: Asked,
): OwnAnswer | 'forward' {
  const [name = ''] = labels;
  const addresses = zone.names && findInSpace(zone.names, name, stack);
  if (addresses !== undefined) {
    return answerName({ owner: name, authority: authorityOf(name) }, type, addresses);
  }
  if (zone.isUplinkLocal || OF_DOMAINS.includes(type)) return 'forward';
  return zone.names === undefined ? answerServerFailure() : answerNoSuchName([]);
}

function answerWithStack(
  labels: readonly string[],
  type: number,
  { names }: NameZone,
): OwnAnswer | undefined {
  const [name = '', stack = ''] = labels;
  const addresses = labels.length === 2 ? names && findInStack(names, name, stack) : undefined;
  if (addresses === undefined) return undefined;
  const owner = labels.join('.');
  return answerName({ owner, authority: authorityOf(owner) }, type, addresses);
}

function answerName(
  { owner, authority }: { readonly owner: string; readonly authority: readonly Answer[] },
  type: number,
  addresses: readonly string[],
): OwnAnswer {
  const isAsked = type === TYPE.A || type === TYPE.ANY;
  if (addresses.length === 0 || !isAsked) return answerNoData(authority);
  return answerData(...addresses.map((data): Answer => ({ type: 'A', name: owner, data })));
}

/** The domain itself has the address at which workloads reach the capsule. */
function answerApex(apex: string, type: number, { subnet }: NameZone): OwnAnswer {
  if (type === TYPE.SOA) return answerData(startOfAuthority(apex));
  if (type === TYPE.NS) return answerData({ type: 'NS', name: apex, data: apex });
  return answerName({ owner: apex, authority: authorityOf(apex) }, type, [subnet.gateway]);
}

function answerLocalhost(labels: readonly string[], type: number): OwnAnswer {
  if (labels.length > 1) return answerNoSuchName(authorityOf('localhost'));
  if (type === TYPE.A) return answerData({ type: 'A', name: 'localhost', data: '127.0.0.1' });
  if (type === TYPE.AAAA) return answerData({ type: 'AAAA', name: 'localhost', data: '::1' });
  return answerNoData(authorityOf('localhost'));
}
