import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type DebugRequest, DebugRequestSchema } from '@capsule/api/wire';
import type { ExecRequest, ExecSession } from '@capsule/core';
import { debugError } from '../../debug/errors.ts';
import { type Caller, LOCAL_CALLER } from '../../identity/caller.ts';
import { type DebugParts, debugCapsule } from './debug.ts';

const ADMIN: Caller = {
  kind: 'key',
  kid: 'k',
  name: 'ann',
  role: 'admin',
  hasHostAccess: false,
  from: '',
};

/** A shell whose command ends at once. */
function partsOf(opened: ExecRequest[]): DebugParts {
  const session: ExecSession = {
    output: (async function* () {
      yield { stream: 'stdout' as const, data: Buffer.from('hi\n') };
    })(),
    exit: Promise.resolve(3),
    write: async () => undefined,
    closeInput: async () => undefined,
    resize: async () => undefined,
    signal: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    shell: {
      open: async (request) => {
        opened.push({ user: '', ...request });
        return session;
      },
    },
    runtime: { exec: async () => session },
    containers: debugError.NOT_STARTED({ image: 'x', reason: 'no store' }),
  };
}

const target = (image = '', keep = false) =>
  create(DebugRequestSchema, { msg: { case: 'target', value: { image, keep } } });
const config = (more: { readonly name?: string; readonly user?: string } = {}) => {
  const value = { command: ['id'], noStdin: true, ...more };
  const exec = { payload: { case: 'config' as const, value } };
  return create(DebugRequestSchema, { msg: { case: 'exec', value: exec } });
};

async function debug(requests: readonly DebugRequest[], caller: Caller = LOCAL_CALLER) {
  const opened: ExecRequest[] = [];
  const answers = [];
  const call = { caller, signal: new AbortController().signal };
  const all = (async function* () {
    yield* requests;
  })();
  for await (const { exec } of debugCapsule(all, partsOf(opened), call))
    answers.push(exec?.payload);
  return { opened, answers };
}

test('a command runs on the capsule, and its output and exit code come back', async () => {
  const { opened, answers } = await debug([target(), config()]);
  assert.deepEqual(
    opened.map(({ command }) => command),
    [['id']],
  );
  assert.deepEqual(
    answers.map((one) => one?.case),
    ['stdout', 'exit'],
  );
});

test('an admin without host access gets no session', async () => {
  const code = 'AUTH_HOST_ACCESS_MISSING';
  await assert.rejects(debug([target(), config()], ADMIN), { code });
  await assert.rejects(debug([target('alpine'), config()], ADMIN), { code });
});

test('a session without a target, or for a container, is refused', async () => {
  const code = 'DEBUG_INVALID';
  for (const requests of [
    [],
    [config()],
    [target('', true), config()],
    [target(), config({ name: 'web' })],
    [target(), config({ user: 'nobody' })],
  ]) {
    await assert.rejects(debug(requests), { code });
  }
});

test('an unusable store refuses containers alone', async () => {
  await assert.rejects(debug([target('alpine'), config()]), { code: 'DEBUG_NOT_STARTED' });
  assert.equal((await debug([target(), config()])).opened.length, 1);
});
