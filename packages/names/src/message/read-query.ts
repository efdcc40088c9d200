import { CLASS_IN, RCODE, TYPE } from './codes.ts';
import {
  type DnsHeader,
  type Edns,
  type Question,
  readHeader,
  readMessage,
} from './read-message.ts';

/** A valid query of a client. */
export interface Query {
  readonly header: DnsHeader;
  readonly question: Question;
  readonly edns: Edns | undefined;
}

/** `refuse` has the parts of the query that could be read, so that the sender recognises the answer. */
export type QueryReading =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'refuse'; readonly rcode: number; readonly query: Partial<Query> }
  /** Too short for an answer, or an answer itself: answering answers would loop. */
  | { readonly kind: 'drop' };

/** Reads a message of a client. Pure, and total: any bytes have a reading. */
export function readQuery(bytes: Buffer): QueryReading {
  const header = readHeader(bytes);
  if (header === undefined || header.isResponse) return { kind: 'drop' };
  if (header.opcode !== 0) return { kind: 'refuse', rcode: RCODE.NOTIMP, query: { header } };
  const message = hasOnlyAQuestion(header) ? readMessage(bytes) : undefined;
  if (message === undefined) return { kind: 'refuse', rcode: RCODE.FORMERR, query: { header } };
  const query = { header, question: message.question, edns: message.edns };
  const rcode = refusalOf(query);
  return rcode === undefined ? { kind: 'query', query } : { kind: 'refuse', rcode, query };
}

function hasOnlyAQuestion({ counts: [questions, answers, authorities] }: DnsHeader): boolean {
  return questions === 1 && answers === 0 && authorities === 0;
}

function refusalOf({ question, edns }: Query): number | undefined {
  if (edns !== undefined && edns.version > 0) return RCODE.BADVERS;
  if (question.class !== CLASS_IN) return RCODE.REFUSED;
  const isMeta = question.type === TYPE.OPT || question.type >= TYPE.firstMeta;
  // Types from 256 up are ordinary again.
  if (isMeta && question.type <= TYPE.ANY && question.type !== TYPE.ANY) return RCODE.REFUSED;
  return undefined;
}
