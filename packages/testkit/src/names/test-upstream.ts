import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type Answer, decode, encode } from 'dns-packet';

/** A question that a test upstream received. */
export interface UpstreamQuery {
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  readonly id: number;
  readonly hasEdns: boolean;
  /** Where the question came from. */
  readonly port: number;
}

/** Messages to send back, in their order; none is silence. */
export type Respond = (
  query: UpstreamQuery,
) => readonly Buffer[] | Buffer | undefined | Promise<readonly Buffer[] | Buffer | undefined>;

export interface TestUpstreamOptions {
  /** Default: 127.0.0.1. */
  readonly address?: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly respond: Respond;
}

const ATTEMPTS = 10;

/** A resolver of an uplink that says what a test wants, over UDP and TCP on one port. */
export class TestUpstream implements AsyncDisposable {
  readonly port: number;
  /** Everything that was asked, in its order. */
  readonly asked: UpstreamQuery[] = [];
  respond: Respond;
  readonly #udp: Socket;
  readonly #tcp: Server;

  private constructor({ port, udp, tcp, respond }: Parts) {
    this.port = port;
    this.respond = respond;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', async (bytes, from) => {
      for (const reply of await this.#replies(bytes, 'udp', from.port)) {
        udp.send(reply, from.port, from.address);
      }
    });
    tcp.on('connection', (socket) => {
      // A client that has left is no failure of the server.
      socket.on('error', () => undefined);
      socket.on('data', async (chunk: Buffer) => {
        const bytes = chunk.subarray(2);
        for (const reply of await this.#replies(bytes, 'tcp', socket.remotePort ?? 0)) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(reply.length);
          socket.write(Buffer.concat([length, reply]));
        }
      });
    });
  }

  static async open(options: TestUpstreamOptions): Promise<TestUpstream> {
    const { address = '127.0.0.1', port = 0, respond } = options;
    for (let attempt = 1; ; attempt += 1) {
      const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      udp.bind(port, address);
      await once(udp, 'listening');
      const taken = udp.address().port;
      const tcp = createServer();
      try {
        tcp.listen(taken, address);
        await once(tcp, 'listening');
        return new TestUpstream({ port: taken, udp, tcp, respond });
      } catch (failure) {
        // A port that is free for UDP may be in use for TCP; and a socket that stays open keeps the process from ending.
        udp.close();
        if (port !== 0 || attempt === ATTEMPTS) throw failure;
      }
    }
  }

  /** `udp A example.com`, for each question. */
  get questions(): readonly string[] {
    return this.asked.map(({ transport, type, name }) => `${transport} ${type} ${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  async #replies(
    bytes: Buffer,
    transport: 'udp' | 'tcp',
    port: number,
  ): Promise<readonly Buffer[]> {
    const { id = 0, questions = [], additionals = [] } = decode(bytes);
    const [{ name, type } = { name: '', type: '' }] = questions;
    const hasEdns = additionals.length > 0;
    const query = { name, type, transport, id, hasEdns, port };
    this.asked.push(query);
    const replies = (await this.respond(query)) ?? [];
    return Buffer.isBuffer(replies) ? [replies] : replies;
  }
}

interface Parts {
  readonly port: number;
  readonly udp: Socket;
  readonly tcp: Server;
  readonly respond: Respond;
}

/** The parts of an upstream's answer that differ from a correct one. */
export interface UpstreamWords {
  readonly answers?: readonly { type: string; data: unknown; ttl?: number; name?: string }[];
  readonly soa?: string;
  /** Number of the code; default: 0. */
  readonly rcode?: number;
  readonly isTruncated?: boolean;
  readonly hasEdns?: boolean;
  readonly id?: number;
  /** Of the question that is repeated; default: what was asked. */
  readonly name?: string;
  readonly type?: string;
}

const RESPONSE_FLAGS = 0x0180;
const TRUNCATED = 0x0200;

const EDNS: Answer = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: 4096,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};

/** An upstream's answer to `query`. */
export function upstreamReply(query: UpstreamQuery, words: UpstreamWords): Buffer {
  const { answers = [], soa, rcode = 0, isTruncated = false, id = query.id } = words;
  const name = words.name ?? query.name;
  const records = answers.map((each) => ({ name: query.name, ttl: 60, class: 'IN', ...each }));
  const data = { mname: 'ns.test', rname: 'root.ns.test', serial: 1, minimum: 60 };
  const authority = { type: 'SOA', name: soa ?? '', ttl: 60, data };
  return encode({
    type: 'response',
    id,
    flags: RESPONSE_FLAGS | rcode | (isTruncated ? TRUNCATED : 0),
    questions: [{ name, type: (words.type ?? query.type) as 'A', class: 'IN' }],
    answers: records as Answer[],
    authorities: soa === undefined ? [] : [authority as Answer],
    additionals: words.hasEdns === true ? [EDNS] : [],
  });
}
