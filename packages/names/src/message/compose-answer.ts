import { type Answer, encode } from 'dns-packet';
import { LIMITS } from '../limits.ts';
import { DNSSEC_OK, FLAG } from './codes.ts';
import type { Query } from './read-query.ts';

/** An answer that the responder gives itself. */
export interface OwnAnswer {
  readonly rcode: number;
  readonly isAuthoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

const QUESTIONS_AT = 4;
const HEADER_BYTES = 12;

/** The message for an answer. The question goes back byte by byte, whatever its name holds. */
export function composeAnswer(query: Partial<Query>, answer: OwnAnswer): Buffer {
  const { header, question, edns } = query;
  const message = encode({
    type: 'response',
    id: header?.id ?? 0,
    flags: replyFlags(query, answer),
    answers: [...answer.answers],
    authorities: [...answer.authorities],
    additionals: edns === undefined ? [] : [ednsOption(edns.isDnssecOk, answer.rcode >> 4)],
  });
  message.writeUInt16BE(((header?.flags ?? 0) & OPCODE) | message.readUInt16BE(2), 2);
  if (question === undefined) return message;
  message.writeUInt16BE(1, QUESTIONS_AT);
  // dns-packet compresses no names, so no pointer crosses the place where the question is inserted.
  const [head, rest] = [message.subarray(0, HEADER_BYTES), message.subarray(HEADER_BYTES)];
  return Buffer.concat([head, question.bytes, rest]);
}

/** An answer with a response code and no records. */
export function composeRefusal(query: Partial<Query>, rcode: number): Buffer {
  return composeAnswer(query, { rcode, isAuthoritative: false, answers: [], authorities: [] });
}

/** The short form of an answer that is too large for UDP: the client asks again over TCP. */
export function composeTruncated(query: Query, answer: Buffer): Buffer {
  const message = composeRefusal(query, 0);
  message.writeUInt16BE(answer.readUInt16BE(2) | FLAG.truncated, 2);
  return message;
}

/** The OPT record of the responder (RFC 6891). */
export function ednsOption(isDnssecOk: boolean, extendedRcode = 0): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: LIMITS.udpBytes,
    extendedRcode,
    ednsVersion: 0,
    flags: isDnssecOk ? DNSSEC_OK : 0,
    flag_do: isDnssecOk,
    options: [],
  } as Answer;
}

const OPCODE = 0x7800;

function replyFlags({ header }: Partial<Query>, answer: OwnAnswer): number {
  const kept = (header?.flags ?? 0) & (FLAG.recursionDesired | FLAG.checkingDisabled);
  const authority = answer.isAuthoritative ? FLAG.authoritative : 0;
  return kept | authority | FLAG.recursionAvailable | (answer.rcode & 0xf);
}
