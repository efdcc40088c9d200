import type { RemoteInfo } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { AUTHORITATIVE_ANSWER, decode, encode, type Packet } from 'dns-packet';
import { answerQuestions } from './answer-questions.ts';
import { IPV4, IPV6, LinkSocket } from './link-socket.ts';
import { type AnnouncedCapsule, type ServiceRecords, serviceRecords } from './service-records.ts';
import { isOnLink, type Uplink, uplinkWith } from './uplink.ts';

export interface AnnouncerParts {
  readonly describe: () => AnnouncedCapsule;
  /** The IPv4 address of the uplink now; empty without one. */
  readonly uplinkAddress: () => string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Called where IPv6 cannot be used; the announcements go on over IPv4. */
  readonly onNoIpv6: (error: unknown) => void;
  /** Default: that of multicast DNS. */
  readonly port?: number;
}

const PORT = 5353;
/** The uplink may get another address, and the capsule an owner. */
const LOOK_EVERY_MS = 10_000;
/** Answers in one second, which all machines of the link receive. */
const ANSWERS_PER_SECOND = 10;
const MESSAGE_MAX = 9000;

/**
 * Announces the capsule by multicast DNS (RFC 6762) on its uplink, over IPv4 and IPv6, and on no other link: workloads
 * receive none of it.
 * Every message from the network is bounded, and what is no question is dropped.
 */
export class ServiceAnnouncer implements AsyncDisposable {
  readonly #parts: AnnouncerParts;
  readonly #socket: LinkSocket;
  /** Undefined where the machine has no IPv6. */
  #socket6: LinkSocket | undefined;
  #uplink: Uplink | undefined;
  #announced = '';
  #timer: NodeJS.Timeout | undefined;
  #second = 0;
  #answers = 0;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#socket = new LinkSocket(IPV4, this.#port);
  }

  /** Fails as the kernel does where the port is taken. */
  async start(): Promise<this> {
    await this.#socket.start((bytes, from) => this.#receive(bytes, from, this.#socket));
    this.#socket6 = await this.#startIpv6();
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
    return this;
  }

  /** Says goodbye, so that browsers forget the capsule. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#uplink !== undefined) await this.#send(this.#records(this.#uplink, 0));
    for (const socket of this.#sockets) socket.close();
  }

  get #port(): number {
    return this.#parts.port ?? PORT;
  }

  get #sockets(): readonly LinkSocket[] {
    return [this.#socket, ...(this.#socket6 === undefined ? [] : [this.#socket6])];
  }

  async #startIpv6(): Promise<LinkSocket | undefined> {
    const socket = new LinkSocket(IPV6, this.#port);
    try {
      await socket.start((bytes, from) => this.#receive(bytes, from, socket));
      return socket;
    } catch (error) {
      socket.close();
      this.#parts.onNoIpv6(error);
      return undefined;
    }
  }

  #look(): void {
    const address = this.#parts.uplinkAddress();
    const uplink = address === '' ? undefined : uplinkWith(address, networkInterfaces());
    if (uplink?.address !== this.#uplink?.address) this.#join(uplink);
    else this.#uplink = uplink;
    if (this.#uplink === undefined) return;
    const records = this.#records(this.#uplink);
    const text = JSON.stringify(records);
    if (text !== this.#announced) void this.#send(records);
    this.#announced = text;
  }

  #join(uplink: Uplink | undefined): void {
    this.#uplink = undefined;
    this.#socket6?.join(uplink);
    // A link that goes away meanwhile is found again by the next look.
    if (this.#socket.join(uplink)) this.#uplink = uplink;
  }

  #records(uplink: Uplink, ttl?: number): ServiceRecords {
    return serviceRecords(this.#parts.describe(), uplink, ttl);
  }

  #receive(bytes: Buffer, from: RemoteInfo, socket: LinkSocket): void {
    const uplink = this.#uplink;
    if (uplink === undefined || bytes.length > MESSAGE_MAX || !isOnLink(from.address, uplink))
      return;
    const query = decodeQuery(bytes);
    if (query === undefined) return;
    const answer = answerQuestions(query.questions ?? [], this.#records(uplink));
    if (answer === undefined || !this.#mayAnswer()) return;
    const isPlain = from.port !== this.#port;
    const packet: Packet = {
      type: 'response',
      id: isPlain ? (query.id ?? 0) : 0,
      flags: AUTHORITATIVE_ANSWER,
      answers: [...answer.answers],
      additionals: [...answer.additionals],
    };
    // RFC 6762, 6.7: a plain resolver waits for the answer at its own port.
    if (isPlain) void socket.send(encode({ ...packet, questions: query.questions ?? [] }), from);
    else void socket.send(encode(packet));
  }

  #mayAnswer(): boolean {
    const second = Math.floor(this.#parts.now() / 1000);
    if (second !== this.#second) this.#answers = 0;
    this.#second = second;
    this.#answers += 1;
    return this.#answers <= ANSWERS_PER_SECOND;
  }

  async #send({ pointer, server, text, addresses }: ServiceRecords): Promise<void> {
    const answers = [pointer, server, text, ...addresses];
    const bytes = encode({ type: 'response', flags: AUTHORITATIVE_ANSWER, answers });
    await Promise.all(this.#sockets.map((socket) => socket.send(bytes)));
  }
}

/** Undefined for everything that is no query. */
function decodeQuery(bytes: Buffer): Packet | undefined {
  try {
    const packet = decode(bytes);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}
