import type { Forwarder } from '../forward/forwarder.ts';
import { LIMITS } from '../limits.ts';
import { FLAG, RCODE, TYPE } from '../message/codes.ts';
import { composeAnswer, composeRefusal, composeTruncated } from '../message/compose-answer.ts';
import { composeForwarded } from '../message/compose-forwarded.ts';
import { type Query, readQuery } from '../message/read-query.ts';
import { answerQuestion } from '../zone/answer-question.ts';
import type { NameZone } from '../zone/name-zone.ts';

export interface QueryHandlerParts {
  /** The zone of the capsule's own names for the clients, at this moment. */
  readonly zone: () => NameZone;
  readonly forwarder: Forwarder;
}

/** The address of a client, and the transport of its query. */
export interface Client {
  readonly address: string;
  readonly transport: 'udp' | 'tcp';
}

/** Answers one message; undefined when it gets no answer. Synchronous when no upstream is needed. */
export type HandleQuery = (
  bytes: Buffer,
  client: Client,
) => Buffer | undefined | Promise<Buffer | undefined>;

export function createQueryHandler(parts: QueryHandlerParts): HandleQuery {
  return (bytes, client) => {
    const reading = readQuery(bytes);
    if (reading.kind === 'drop') return undefined;
    if (reading.kind === 'refuse') return composeRefusal(reading.query, reading.rcode);
    const { query } = reading;
    const own = answerQuestion(query.question, parts.zone(), client.address);
    if (own !== 'forward') return fitted(query, composeAnswer(query, own), client);
    const rcode = refusalOf(query);
    if (rcode !== undefined) return composeRefusal(query, rcode);
    return forward(query, client, parts.forwarder);
  };
}

/** Foreign names need the recursion flag. ANY for them is refused: it is used for amplification attacks. */
function refusalOf({ header, question }: Query): number | undefined {
  if ((header.flags & FLAG.recursionDesired) === 0) return RCODE.REFUSED;
  return question.type === TYPE.ANY ? RCODE.NOTIMP : undefined;
}

async function forward(query: Query, client: Client, forwarder: Forwarder): Promise<Buffer> {
  const asked = {
    question: query.question,
    isDnssecOk: query.edns?.isDnssecOk === true,
    isCheckingDisabled: (query.header.flags & FLAG.checkingDisabled) !== 0,
  };
  const answer = await forwarder.ask(asked, client.address);
  if (answer === undefined) return composeRefusal(query, RCODE.SERVFAIL);
  return fitted(query, composeForwarded(query, answer.message, answer.ageSeconds), client);
}

function fitted(query: Query, answer: Buffer, client: Client): Buffer {
  const fits = client.transport === 'tcp' || answer.length <= udpLimit(query);
  return fits ? answer : composeTruncated(query, answer);
}

function udpLimit({ edns }: Query): number {
  const asked = edns?.udpBytes ?? 0;
  return Math.min(Math.max(asked, LIMITS.plainUdpBytes), LIMITS.udpBytes);
}
