import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { ExecRequest, ExecSession } from '@capsule/core';
import { type RuntimeBench, specOf } from './container-runtime.contract.ts';

const PLAIN: ExecRequest = { command: [], env: {}, workingDir: '', user: '', hasInput: false };

/** The contract of `exec` in every runtime. Its image has `echo`, `cat` and `sleep`. */
export function execContract(name: string, open: (t: TestContext) => Promise<RuntimeBench>): void {
  suite(`exec contract: ${name}`, { timeout: 360_000 }, () => {
    test('a command prints its output and ends with its own exit code', async (t) => {
      const bench = await running(open, t);
      await using session = await exec(bench, { command: ['echo', 'hello'] });
      assert.equal(await outputOf(session), 'hello\n');
      assert.equal(await session.exit, 0);
    });

    test('a command reads its input up to the end', async (t) => {
      const bench = await running(open, t);
      await using session = await exec(bench, { command: ['cat'], hasInput: true });
      await session.write(Buffer.from('one '));
      await session.write(Buffer.from('two'));
      await session.closeInput();
      await session.closeInput();
      assert.equal(await outputOf(session), 'one two');
      assert.equal(await session.exit, 0);
    });

    test('a signal ends a command, and the exit code shows the signal', async (t) => {
      const bench = await running(open, t);
      await using session = await exec(bench, { command: ['sleep', '1000'] });
      await session.signal(9);
      assert.equal(await session.exit, 137);
      await session.signal(9);
    });

    test('a process whose client is gone is ended', async (t) => {
      const bench = await running(open, t);
      const session = await exec(bench, { command: ['sleep', '1000'] });
      await session[Symbol.asyncDispose]();
      assert.equal(await session.exit, 137);
    });

    test('a missing program and a stopped container are errors', async (t) => {
      const bench = await running(open, t);
      const missing = exec(bench, { command: [...bench.commands.missing] });
      await assert.rejects(missing, { code: 'RUNTIME_COMMAND_NOT_FOUND' });
      await bench.runtime.stop(bench.ref, { graceMs: 0, stopSignal: '' });
      await assert.rejects(exec(bench, { command: ['echo'] }), { code: 'RUNTIME_NOT_RUNNING' });
    });
  });
}

async function running(
  open: (t: TestContext) => Promise<RuntimeBench>,
  t: TestContext,
): Promise<RuntimeBench> {
  const bench = await open(t);
  await bench.runtime.create(specOf(bench));
  await bench.runtime.start(bench.ref);
  return bench;
}

function exec(bench: RuntimeBench, request: Partial<ExecRequest>): Promise<ExecSession> {
  return bench.runtime.exec(bench.ref, { ...PLAIN, ...request });
}

async function outputOf(session: ExecSession): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const { data } of session.output) pieces.push(data);
  return Buffer.concat(pieces).toString();
}
