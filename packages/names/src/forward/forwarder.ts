import { LIMITS, TIMES } from '../limits.ts';
import type { ForeignQuestion } from '../message/compose-question.ts';
import { AnswerCache, type CachedAnswer } from './answer-cache.ts';
import { askUpstreams } from './ask-upstreams.ts';
import { isFinal } from './judge-answer.ts';
import { planTries } from './plan-tries.ts';
import type { Upstream } from './upstream.ts';

/**
 * Forwards questions of clients to the uplink's resolvers.
 *
 * INVARIANTS: a question is under way once, however many clients ask it; neither one client nor all
 * clients together exceed their limit; an answer of an old uplink is not returned after a change.
 */
export class Forwarder implements AsyncDisposable {
  readonly #cache: AnswerCache;
  readonly #underWay = new Map<string, Promise<CachedAnswer | undefined>>();
  readonly #waiting = new Map<string, number>();
  #waitingInAll = 0;
  #upstreams: readonly Upstream[] = [];
  #first: Upstream | undefined;
  #uplink = new AbortController();

  constructor(monotonicMs: () => number) {
    this.#cache = new AnswerCache(monotonicMs);
  }

  /** Uses other resolvers from now on. Questions to the old ones fail, and their answers leave the cache. */
  useUpstreams(upstreams: readonly Upstream[]): void {
    this.#uplink.abort();
    this.#uplink = new AbortController();
    this.#upstreams = upstreams.slice(0, LIMITS.upstreams);
    this.#first = undefined;
    this.#underWay.clear();
    this.#cache.clear();
  }

  /**
   * Returns the answer; undefined when there is no upstream, when none answers, or when too many questions
   * are under way, in all or for `client`.
   */
  async ask(asked: ForeignQuestion, client: string): Promise<CachedAnswer | undefined> {
    const key = keyOf(asked);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const waiting = this.#waiting.get(client) ?? 0;
    if (waiting >= LIMITS.waitingPerClient || this.#waitingInAll >= LIMITS.waiting)
      return undefined;
    const answer = this.#underWay.get(key) ?? this.#begin(key, asked);
    if (answer === undefined) return undefined;
    this.#count(client, 1);
    try {
      return await answer;
    } finally {
      this.#count(client, -1);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const underWay = [...this.#underWay.values()];
    this.useUpstreams([]);
    await Promise.all(underWay);
  }

  #begin(key: string, asked: ForeignQuestion): Promise<CachedAnswer | undefined> | undefined {
    if (this.#upstreams.length === 0 || this.#underWay.size >= LIMITS.questions) return undefined;
    const answer = this.#ask(key, asked).finally(() => {
      // After a change of the uplink, a new question with this key may be under way.
      if (this.#underWay.get(key) === answer) this.#underWay.delete(key);
    });
    this.#underWay.set(key, answer);
    return answer;
  }

  async #ask(key: string, asked: ForeignQuestion): Promise<CachedAnswer | undefined> {
    const uplink = this.#uplink.signal;
    const signal = AbortSignal.any([uplink, AbortSignal.timeout(TIMES.questionMs)]);
    const outcome = await askUpstreams(planTries(this.#upstreams, this.#first), asked, signal);
    if (outcome === undefined || uplink.aborted) return undefined;
    if (isFinal(outcome.message.rcode)) {
      this.#first = outcome.upstream;
      this.#cache.put(key, outcome.message);
    }
    return { message: outcome.message, ageSeconds: 0 };
  }

  #count(client: string, change: 1 | -1): void {
    this.#waitingInAll += change;
    const waiting = (this.#waiting.get(client) ?? 0) + change;
    if (waiting === 0) this.#waiting.delete(client);
    else this.#waiting.set(client, waiting);
  }
}

/** Questions with the same key have the same answer. */
function keyOf({ question, isDnssecOk, isCheckingDisabled }: ForeignQuestion): string {
  const name = question.name.toString('latin1');
  return `${question.type} ${isDnssecOk} ${isCheckingDisabled} ${name}`;
}
