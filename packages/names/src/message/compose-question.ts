import { encode } from 'dns-packet';
import { FLAG } from './codes.ts';
import { ednsOption } from './compose-answer.ts';
import type { Question } from './read-message.ts';

/** A question to an upstream. */
export interface ForeignQuestion {
  readonly question: Question;
  readonly isDnssecOk: boolean;
  readonly isCheckingDisabled: boolean;
}

/** Composes a query. It takes the question and two bits from the client, and nothing else. */
export function composeQuestion(asked: ForeignQuestion, id: number, withEdns: boolean): Buffer {
  const checking = asked.isCheckingDisabled ? FLAG.checkingDisabled : 0;
  const message = encode({
    type: 'query',
    id,
    flags: FLAG.recursionDesired | FLAG.authenticData | checking,
    additionals: withEdns ? [ednsOption(asked.isDnssecOk)] : [],
  });
  message.writeUInt16BE(1, 4);
  return Buffer.concat([message.subarray(0, 12), asked.question.bytes, message.subarray(12)]);
}
