import { WORKLOAD_DOMAIN } from '@capsule/core';
import type { Answer } from 'dns-packet';
import { TYPE } from '../message/codes.ts';
import type { OwnAnswer } from '../message/compose-answer.ts';
import type { Question } from '../message/read-message.ts';
import { labelsOf } from '../message/read-name.ts';
import { answerReverse } from './answer-reverse.ts';
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
 * Answers a question that is the capsule's own; returns `forward` for all others. Pure.
 *
 * - `web` and `web.capsule.internal` are the workload's address. For types other than A the answer is
 * empty (no data), so that resolvers keep the address they have.
 * - A name in `capsule.internal` that no workload has does not exist; no upstream is asked.
 * - A name of one label that no workload has is not forwarded to the Internet. Where the uplink has a
 * search domain, its resolvers serve a local network, and the name is forwarded to them.
 * - `localhost` is never forwarded (RFC 6761).
 */
export function answerQuestion(question: Question, zone: NameZone): OwnAnswer | 'forward' {
  const labels = labelsOf(question.name);
  const last = labels.at(-1);
  if (last === 'localhost') return answerLocalhost(labels, question.type);
  if (isZone(labels.slice(-2))) return answerInZone(labels.slice(0, -2), question.type, zone);
  if (labels.length === 1) return answerBare(labels, question.type, zone);
  return answerReverse(labels, question.type, zone) ?? 'forward';
}

function isZone(labels: readonly string[]): boolean {
  return labels.length === 2 && labels.every((label, index) => label === ZONE[index]);
}

function answerInZone(labels: readonly string[], type: number, zone: NameZone): OwnAnswer {
  const [name] = labels;
  const apex = WORKLOAD_DOMAIN;
  if (name === undefined) return answerApex(apex, type, zone);
  if (zone.names === undefined) return answerServerFailure();
  if (labels.length > 1 || !zone.names.has(name)) return answerNoSuchName(authorityOf(apex));
  return answerName(
    { owner: `${name}.${apex}`, authority: authorityOf(apex) },
    type,
    zone.names.get(name),
  );
}

function answerBare(
  labels: readonly string[],
  type: number,
  zone: NameZone,
): OwnAnswer | 'forward' {
  const [name = ''] = labels;
  if (zone.names?.has(name) === true) {
    return answerName({ owner: name, authority: authorityOf(name) }, type, zone.names.get(name));
  }
  if (zone.isUplinkLocal || OF_DOMAINS.includes(type)) return 'forward';
  return zone.names === undefined ? answerServerFailure() : answerNoSuchName([]);
}

function answerName(
  { owner, authority }: { readonly owner: string; readonly authority: readonly Answer[] },
  type: number,
  address: string | undefined,
): OwnAnswer {
  const isAsked = type === TYPE.A || type === TYPE.ANY;
  if (address === undefined || !isAsked) return answerNoData(authority);
  return answerData({ type: 'A', name: owner, data: address });
}

/** The domain itself has the address at which workloads reach the capsule. */
function answerApex(apex: string, type: number, { subnet }: NameZone): OwnAnswer {
  if (type === TYPE.SOA) return answerData(startOfAuthority(apex));
  if (type === TYPE.NS) return answerData({ type: 'NS', name: apex, data: apex });
  return answerName({ owner: apex, authority: authorityOf(apex) }, type, subnet.gateway);
}

function answerLocalhost(labels: readonly string[], type: number): OwnAnswer {
  if (labels.length > 1) return answerNoSuchName(authorityOf('localhost'));
  if (type === TYPE.A) return answerData({ type: 'A', name: 'localhost', data: '127.0.0.1' });
  if (type === TYPE.AAAA) return answerData({ type: 'AAAA', name: 'localhost', data: '::1' });
  return answerNoData(authorityOf('localhost'));
}
