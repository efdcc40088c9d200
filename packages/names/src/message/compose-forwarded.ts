import { encode } from 'dns-packet';
import { FLAG, TYPE } from './codes.ts';
import { ednsOption } from './compose-answer.ts';
import type { DnsMessage } from './read-message.ts';
import type { Query } from './read-query.ts';

const QUESTION_AT = 12;
const ADDITIONALS_AT = 10;
/** A message of dns-packet with a header and nothing else. */
const HEADER_BYTES = 12;

/**
 * Makes the answer to `query` from an upstream's answer to the same question: with the query's id and its
 * question as written, the responder's own EDNS or none, and lifetimes reduced by `ageSeconds`.
 */
export function composeForwarded(query: Query, answer: DnsMessage, ageSeconds = 0): Buffer {
  const { header, question, edns } = query;
  // EDNS is hop by hop. Records behind the OPT record are additional, and can be dropped.
  const foreign = answer.records.findIndex(({ type }) => type === TYPE.OPT);
  const kept = foreign === -1 ? answer.records : answer.records.slice(0, foreign);
  const end = answer.records[foreign]?.start ?? answer.bytes.length;
  const own = edns === undefined ? EMPTY : optionBytes(edns.isDnssecOk);
  const message = Buffer.concat([answer.bytes.subarray(0, end), own]);
  message.writeUInt16BE(header.id, 0);
  message.writeUInt16BE(replyFlags(query, answer), 2);
  const additionals = kept.filter(({ section }) => section === 'additional').length;
  message.writeUInt16BE(additionals + (edns === undefined ? 0 : 1), ADDITIONALS_AT);
  question.bytes.copy(message, QUESTION_AT);
  for (const { ttl, ttlAt } of kept) message.writeUInt32BE(Math.max(0, ttl - ageSeconds), ttlAt);
  return message;
}

const EMPTY = Buffer.alloc(0);

function optionBytes(isDnssecOk: boolean): Buffer {
  return encode({ additionals: [ednsOption(isDnssecOk)] }).subarray(HEADER_BYTES);
}

/** A forwarded answer is not authoritative; AD is set only for a client that asked for it. */
function replyFlags({ header, edns }: Query, answer: DnsMessage): number {
  const asked = header.flags & (FLAG.recursionDesired | FLAG.checkingDisabled);
  const wantsAd = (header.flags & FLAG.authenticData) !== 0 || edns?.isDnssecOk === true;
  const authentic = wantsAd ? answer.flags & FLAG.authenticData : 0;
  return FLAG.response | FLAG.recursionAvailable | asked | authentic | answer.rcode;
}
