import { randomInt } from 'node:crypto';
import { composeQuestion, type ForeignQuestion } from '../message/compose-question.ts';
import type { DnsMessage } from '../message/read-message.ts';
import { askTcp } from './ask-tcp.ts';
import { askUdp } from './ask-udp.ts';
import { judgeAnswer, type Verdict } from './judge-answer.ts';
import type { Upstream } from './upstream.ts';

/** `message` of a failure: the upstream's reply, if it sent one. */
export type UpstreamAnswer =
  | { readonly kind: 'answer'; readonly message: DnsMessage }
  | { readonly kind: 'failed'; readonly message?: DnsMessage };

type Words = Exclude<Verdict, { kind: 'ignore' }>;
type Transport = 'udp' | 'tcp';

/** Asks one upstream: over UDP, over TCP after a truncated answer, without EDNS if the upstream lacks it. */
export async function askUpstream(
  upstream: Upstream,
  asked: ForeignQuestion,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  let transport: Transport = 'udp';
  let withEdns = true;
  // Each turn but the last switches to TCP or drops EDNS, once each.
  for (;;) {
    const words = await exchange(upstream, asked, { transport, withEdns, signal });
    if (words?.kind === 'answer' || words?.kind === 'failed') return words;
    if (words?.kind === 'truncated' && transport === 'udp') transport = 'tcp';
    else if (words?.kind === 'plain' && withEdns) withEdns = false;
    else return { kind: 'failed' };
  }
}

/** Sends one message and returns its answer. Its id and port are random, so that no attacker can guess them. */
async function exchange(
  upstream: Upstream,
  asked: ForeignQuestion,
  how: { readonly transport: Transport; readonly withEdns: boolean; readonly signal: AbortSignal },
): Promise<Words | undefined> {
  const id = randomInt(0x10000);
  const message = composeQuestion(asked, id, how.withEdns);
  const accept = (bytes: Buffer) => wordsOf(judgeAnswer(bytes, { id, question: asked.question }));
  const ask = how.transport === 'udp' ? askUdp<Words> : askTcp<Words>;
  const words = await ask(upstream, message, { accept, signal: how.signal });
  return words === 'flooded' ? { kind: 'truncated' } : words;
}

function wordsOf(verdict: Verdict): Words | undefined {
  return verdict.kind === 'ignore' ? undefined : verdict;
}
