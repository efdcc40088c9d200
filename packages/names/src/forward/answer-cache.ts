import { LIMITS, TIMES } from '../limits.ts';
import { RCODE, TYPE } from '../message/codes.ts';
import type { DnsMessage } from '../message/read-message.ts';

export interface CachedAnswer {
  readonly message: DnsMessage;
  /** Seconds since the answer was cached, to be subtracted from its lifetimes. */
  readonly ageSeconds: number;
}

interface Entry {
  readonly message: DnsMessage;
  readonly since: number;
  readonly until: number;
}

/** `monotonicMs` is a monotonic clock: changes of the system clock do not affect it. */
export class AnswerCache {
  readonly #monotonicMs: () => number;
  /** In order of use, least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get(key: string): CachedAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const now = this.#monotonicMs();
    this.#drop(key);
    if (now >= entry.until) return undefined;
    this.#add(key, entry);
    return { message: entry.message, ageSeconds: Math.floor((now - entry.since) / 1000) };
  }

  put(key: string, message: DnsMessage): void {
    const seconds = lifetimeSeconds(message);
    if (seconds <= 0 || message.bytes.length > LIMITS.cachedAnswerBytes) return;
    const since = this.#monotonicMs();
    this.#drop(key);
    this.#add(key, { message, since, until: since + seconds * 1000 });
    for (const [oldest] of this.#entries) {
      if (this.#entries.size <= LIMITS.cachedAnswers && this.#bytes <= LIMITS.cachedBytes) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.message.bytes.length;
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.message.bytes.length ?? 0;
    this.#entries.delete(key);
  }
}

/** The shortest lifetime in the answer, within bounds; for an absence the one of its SOA (RFC 2308). */
function lifetimeSeconds({ bytes, records, rcode }: DnsMessage): number {
  const lifetimes = records.filter(({ type }) => type !== TYPE.OPT).map(({ ttl }) => ttl);
  const found = rcode === RCODE.NOERROR && records.some(({ section }) => section === 'answer');
  if (found) return Math.min(TIMES.cachedSeconds, ...lifetimes);
  const soa = records.find(({ type, section }) => type === TYPE.SOA && section === 'authority');
  if (soa === undefined) return 0;
  const minimum = soa.end - soa.ttlAt >= 4 + 2 + 20 + 2 ? bytes.readUInt32BE(soa.end - 4) : 0;
  return Math.min(TIMES.cachedAbsenceSeconds, minimum, ...lifetimes);
}
