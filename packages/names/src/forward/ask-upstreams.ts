import type { ForeignQuestion } from '../message/compose-question.ts';
import type { DnsMessage } from '../message/read-message.ts';
import { askUpstream } from './ask-upstream.ts';
import type { Try } from './plan-tries.ts';
import type { Upstream } from './upstream.ts';

export interface UpstreamOutcome {
  readonly message: DnsMessage;
  readonly upstream: Upstream;
}

/**
 * Asks one upstream after the other, as planned: the next one when its time has come or when the previous
 * one has failed. Earlier ones may still answer; the first answer wins. Returns a refusal when every
 * upstream refuses or fails, and undefined when none replies before `signal` aborts.
 */
export function askUpstreams(
  tries: readonly Try[],
  asked: ForeignQuestion,
  signal: AbortSignal,
): Promise<UpstreamOutcome | undefined> {
  const { promise, resolve } = Promise.withResolvers<UpstreamOutcome | undefined>();
  const over = new AbortController();
  let left = [...tries];
  let underWay = 0;
  let refusal: UpstreamOutcome | undefined;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    clearTimeout(timer);
    const now = left.shift();
    if (now === undefined) {
      if (underWay === 0) resolve(refusal);
      return;
    }
    if (left.length > 0) timer = setTimeout(next, now.patienceMs);
    void ask(now.upstream);
  }

  async function ask(upstream: Upstream): Promise<void> {
    underWay += 1;
    const answer = await askUpstream(upstream, asked, over.signal);
    underWay -= 1;
    if (over.signal.aborted) return;
    if (answer.kind === 'answer') return resolve({ message: answer.message, upstream });
    if (answer.message !== undefined) refusal = { message: answer.message, upstream };
    // This upstream refused or is unreachable; asking it again would give the same result.
    left = left.filter((later) => later.upstream !== upstream);
    next();
  }

  const stop = () => resolve(refusal);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  else next();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    over.abort();
  });
}
