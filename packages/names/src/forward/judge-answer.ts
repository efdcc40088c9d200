import { FLAG, RCODE } from '../message/codes.ts';
import {
  type DnsMessage,
  type Question,
  readHeader,
  readMessage,
  readQuestion,
} from '../message/read-message.ts';

/** The question as it was sent to an upstream, for comparison with a reply. */
export interface SentQuestion {
  readonly id: number;
  readonly question: Question;
}

/**
 * ignore: not the answer to this question, or no message; the right one may still come. answer: the
 * final answer. truncated: ask over TCP. plain: this upstream does not support EDNS. failed: this upstream
 * could not or would not answer; another one may.
 */
export type Verdict =
  | { readonly kind: 'ignore' | 'truncated' | 'plain' }
  | { readonly kind: 'answer' | 'failed'; readonly message: DnsMessage };

const FINAL: readonly number[] = [RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN];
const WITHOUT_EDNS: readonly number[] = [RCODE.FORMERR, RCODE.NOTIMP];

/** Judges bytes from an upstream's address. Pure, and total. */
export function judgeAnswer(bytes: Buffer, asked: SentQuestion): Verdict {
  const header = readHeader(bytes);
  if (header?.id !== asked.id || !header.isResponse || header.opcode !== 0) return IGNORE;
  // Some servers without EDNS send back the header alone.
  if (header.counts[0] === 0 && WITHOUT_EDNS.includes(header.rcode)) return { kind: 'plain' };
  const question = header.counts[0] === 1 ? readQuestion(bytes) : undefined;
  if (question === undefined || !isSame(question, asked.question)) return IGNORE;
  // A truncated message may be cut in the middle of a record.
  if ((header.flags & FLAG.truncated) !== 0) return { kind: 'truncated' };
  const message = readMessage(bytes);
  if (message === undefined) return IGNORE;
  const rcode = header.rcode + (message.edns?.extendedRcode ?? 0) * 16;
  if (WITHOUT_EDNS.includes(rcode) || rcode === RCODE.BADVERS) return { kind: 'plain' };
  return { kind: isFinal(rcode) ? 'answer' : 'failed', message };
}

/** True for codes that answer the question; the others say why there is no answer. */
export function isFinal(rcode: number): boolean {
  return FINAL.includes(rcode);
}

const IGNORE = { kind: 'ignore' } as const;

function isSame(answered: Question, asked: Question): boolean {
  if (answered.type !== asked.type || answered.class !== asked.class) return false;
  return answered.name.equals(asked.name);
}
