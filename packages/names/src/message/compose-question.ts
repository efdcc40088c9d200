import { encode } from 'dns-packet';
import { FLAG } from './codes.ts';
import { ednsOption } from './compose-answer.ts';
import type { Question } from './read-message.ts';

/** What is asked of an upstream. */
export interface ForeignQuestion {
  readonly question: Question;
  readonly isDnssecOk: boolean;
  readonly isCheckingDisabled: boolean;
}

/** The message of a question. Nothing of the client goes along but the question and two bits. */
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
