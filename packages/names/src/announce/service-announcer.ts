import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { AUTHORITATIVE_ANSWER, decode, encode, type Packet } from 'dns-packet';
import { answerQuestions } from './answer-questions.ts';
import { type AnnouncedCapsule, type ServiceRecords, serviceRecords } from './service-records.ts';
import { isOnLink, type Uplink, uplinkWith } from './uplink.ts';

export interface AnnouncerParts {
  readonly describe: () => AnnouncedCapsule;
  /** The IPv4 address of the uplink now; empty without one. */
  readonly uplinkAddress: () => string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Default: that of multicast DNS. */
  readonly port?: number;
}

const GROUP = '224.0.0.251';
const PORT = 5353;
/** The uplink may get another address, and the capsule an owner. */
const LOOK_EVERY_MS = 10_000;
/** Answers in one second, which all machines of the link receive. */
const ANSWERS_PER_SECOND = 10;
const MESSAGE_MAX = 9000;

/**
 * Announces the capsule by multicast DNS (RFC 6762) on its uplink, and on no other link: workloads receive none of it.
 * Every message from the network is bounded, and what is no question is dropped.
 */
export class ServiceAnnouncer implements AsyncDisposable {
  readonly #parts: AnnouncerParts;
  readonly #socket: Socket;
  #uplink: Uplink | undefined;
  #announced = '';
  #timer: NodeJS.Timeout | undefined;
  #second = 0;
  #answers = 0;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true });
  }

  /** Fails as the kernel does where the port is taken. */
  async start(): Promise<this> {
    const socket = this.#socket;
    socket.on('message', (bytes, from) => this.#receive(bytes, from));
    const listening = once(socket, 'listening');
    socket.bind(this.#parts.port ?? PORT, '0.0.0.0');
    await listening;
    // Sending fails where a link is down; the next look finds another one.
    socket.on('error', () => undefined);
    socket.setMulticastTTL(255);
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
    return this;
  }

  /** Says goodbye, so that browsers forget the capsule. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (this.#uplink !== undefined) await this.#send(this.#records(this.#uplink, 0));
    this.#socket.close();
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
    const before = this.#uplink;
    this.#uplink = undefined;
    try {
      if (before !== undefined) this.#socket.dropMembership(GROUP, before.address);
    } catch (error) {
      // Its interface is gone, and the membership with it.
      if ((error as NodeJS.ErrnoException).syscall !== 'dropMembership') throw error;
    }
    if (uplink === undefined) return;
    try {
      this.#socket.addMembership(GROUP, uplink.address);
      this.#socket.setMulticastInterface(uplink.address);
      this.#uplink = uplink;
    } catch (error) {
      // The interface went away meanwhile: the next look finds it again.
      if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    }
  }

  #records(uplink: Uplink, ttl?: number): ServiceRecords {
    return serviceRecords(this.#parts.describe(), uplink, ttl);
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const uplink = this.#uplink;
    if (uplink === undefined || bytes.length > MESSAGE_MAX || !isOnLink(from.address, uplink))
      return;
    const query = decodeQuery(bytes);
    if (query === undefined) return;
    const answer = answerQuestions(query.questions ?? [], this.#records(uplink));
    if (answer === undefined || !this.#mayAnswer()) return;
    const isPlain = from.port !== (this.#parts.port ?? PORT);
    const packet: Packet = {
      type: 'response',
      id: isPlain ? (query.id ?? 0) : 0,
      flags: AUTHORITATIVE_ANSWER,
      answers: [...answer.answers],
      additionals: [...answer.additionals],
    };
    // RFC 6762, 6.7: a plain resolver waits for the answer at its own port.
    if (isPlain) this.#write({ ...packet, questions: query.questions ?? [] }, from);
    else this.#write(packet);
  }

  #mayAnswer(): boolean {
    const second = Math.floor(this.#parts.now() / 1000);
    if (second !== this.#second) this.#answers = 0;
    this.#second = second;
    this.#answers += 1;
    return this.#answers <= ANSWERS_PER_SECOND;
  }

  #send({ pointer, server, text, addresses }: ServiceRecords): Promise<void> {
    const answers = [pointer, server, text, ...addresses];
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#write({ type: 'response', flags: AUTHORITATIVE_ANSWER, answers }, undefined, resolve);
    return promise;
  }

  #write(packet: Packet, to?: RemoteInfo, done: () => void = () => undefined): void {
    const port = to?.port ?? this.#parts.port ?? PORT;
    this.#socket.send(encode(packet), port, to?.address ?? GROUP, done);
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
