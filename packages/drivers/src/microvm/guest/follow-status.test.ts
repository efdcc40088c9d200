import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, createRouterTransport, type ServiceImpl } from '@connectrpc/connect';
import { GuestAgent, PayloadPhase } from '../gen/capsule/guest/v1/guest_pb.ts';
import { followStatus } from './follow-status.ts';

const { RUNNING, EXITED } = PayloadPhase;

/** Returns the phases that an agent of this generation reports until its payload has ended. */
async function phasesOf(generation: number, methods: Partial<ServiceImpl<typeof GuestAgent>>) {
  const ping = () => ({ generation });
  const agent = createRouterTransport(({ service }) => service(GuestAgent, { ping, ...methods }));
  const stop = new AbortController();
  const phases: PayloadPhase[] = [];
  for await (const { phase } of followStatus(createClient(GuestAgent, agent), 1, stop.signal)) {
    phases.push(phase);
    if (phase === EXITED) break;
  }
  stop.abort();
  return phases;
}

test('an agent with a beat is followed, and its beat is requested', async () => {
  const asked: number[] = [];
  const phases = await phasesOf(2, {
    async *watch({ beatMs }) {
      asked.push(beatMs);
      for (const phase of [RUNNING, RUNNING, EXITED]) yield { status: { phase } };
    },
  });
  assert.deepEqual(phases, [RUNNING, RUNNING, EXITED]);
  assert.deepEqual(asked, [1]);
});

test('an agent of the first generation is polled', async () => {
  const states = [RUNNING, RUNNING, EXITED];
  const phases = await phasesOf(1, { status: () => ({ phase: states.shift() ?? EXITED }) });
  assert.deepEqual(phases, [RUNNING, RUNNING, EXITED]);
});
