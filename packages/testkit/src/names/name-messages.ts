import { type Answer, decode, encode, type RecordType } from 'dns-packet';

/** A question as a client sends it. */
export interface NameQuery {
  readonly name: string;
  /** Default: A. */
  readonly type?: string;
  readonly id?: number;
  /** Default: IN. */
  readonly class?: string;
  /** Size that the client takes over UDP; without it the query has no EDNS. */
  readonly udpBytes?: number;
  /** Default: true. */
  readonly isRecursionDesired?: boolean;
}

/** An answer, as far as a test looks at it. */
export interface NameReply {
  readonly id: number;
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly rcode: string;
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly isRecursionAvailable: boolean;
  readonly hasEdns: boolean;
  readonly question: { readonly name: string; readonly type: string } | undefined;
  /** `A 172.20.254.2`, in their order. */
  readonly answers: readonly string[];
  readonly ttls: readonly number[];
  /** Owner of the SOA in a negative answer. */
  readonly absence: string | undefined;
  readonly sizeBytes: number;
}

const RECURSION_DESIRED = 0x0100;

export function nameQuery(query: NameQuery): Buffer {
  const { name, type = 'A', id = 1, isRecursionDesired = true, udpBytes } = query;
  const edns = { type: 'OPT', name: '.', udpPayloadSize: udpBytes, flags: 0, options: [] };
  return encode({
    type: 'query',
    id,
    flags: isRecursionDesired ? RECURSION_DESIRED : 0,
    questions: [{ name, type: type as RecordType, class: (query.class ?? 'IN') as 'IN' }],
    additionals: udpBytes === undefined ? [] : [edns as unknown as Answer],
  });
}

/** Reads an answer with a library that is not the responder's own reader. */
export function readNameReply(bytes: Buffer): NameReply {
  const packet = decode(bytes) as unknown as Decoded;
  const { answers, authorities, additionals, questions } = packet;
  return {
    id: packet.id,
    rcode: packet.rcode,
    isAuthoritative: packet.flag_aa,
    isTruncated: packet.flag_tc,
    isRecursionAvailable: packet.flag_ra,
    hasEdns: additionals.some(({ type }) => type === 'OPT'),
    question: questions[0],
    answers: answers.map(({ type, data }) => `${type} ${String(data)}`),
    ttls: answers.map(({ ttl }) => ttl),
    absence: authorities.find(({ type }) => type === 'SOA')?.name,
    sizeBytes: bytes.length,
  };
}

interface Decoded {
  readonly id: number;
  readonly rcode: string;
  readonly flag_aa: boolean;
  readonly flag_tc: boolean;
  readonly flag_ra: boolean;
  readonly questions: readonly { readonly name: string; readonly type: string }[];
  readonly answers: readonly DecodedRecord[];
  readonly authorities: readonly DecodedRecord[];
  readonly additionals: readonly DecodedRecord[];
}

interface DecodedRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: unknown;
}
