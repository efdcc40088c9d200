import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProcessEnd } from '../process/start-process.ts';
import type { MadeVm } from '../record/made-vm.ts';
import { causeOf, describeConsole, findCause } from './find-cause.ts';

const stamped = (text: string) => `2026-11-28T15:08:07.354005407Z stdout F ${text}\n`;

test("the cause of a panic is the panic's own text", () => {
  const said = stamped('[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs');
  assert.equal(causeOf(said), "its guest's kernel panicked: VFS: Unable to mount root fs");
});

test("the cause of a panic at the end of the agent is the agent's last line", () => {
  const said =
    stamped('capsule-guest: no disk holds a boot configuration') +
    stamped('[    6.7] Kernel panic - not syncing: Attempted to kill init! exitcode=0x100');
  assert.match(causeOf(said), /panicked: no disk holds a boot configuration$/);
});

test('without a panic the cause is the death of the monitor, with its error', () => {
  assert.equal(causeOf(stamped('capsule-guest: ready')), 'its virtual machine monitor died');
  const said = stamped('qemu-system-x86_64: -netdev tap: could not open /dev/net/tun');
  assert.match(causeOf(said), /monitor died: -netdev tap: could not open/);
});

test('a crashed monitor is distinguished from a guest that switched off, and from an earlier run', () => {
  const said = (level: string, text: string) =>
    stamped(`2026-11-28T18:41:42.057553971 [firecracker:main:${level}] ${text}`);
  const begun = said('INFO', 'Running Firecracker v1.16.1');
  const fault = said('ERROR', 'Build microvm error: no such TAP');
  const exits = said('ERROR', 'Firecracker exiting with error. exit_code=1');
  assert.match(causeOf(begun + fault + exits), /monitor died: Build microvm error: no such TAP$/);
  const left = begun + said('INFO', 'Firecracker exiting successfully. exit_code=0');
  assert.equal(causeOf(left), 'its guest reset or powered off the microVM');
  assert.equal(causeOf(left + begun), 'its virtual machine monitor died');
});

test("a guest's text is made harmless for terminals, and short", () => {
  const said = `Kernel panic - not syncing: \x1b[2J\x07${'x'.repeat(1000)}\n`;
  assert.ok([...causeOf(said)].every((letter) => letter >= ' '));
  assert.ok(causeOf(said).length < 300);
});

test('the console of an earlier run does not count for the present one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-cause-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'vm.serial.log');
  const vm = { spec: { logPath: join(folder, 'vm.log') } } as unknown as MadeVm;
  const cause = (consoleBegin: number, end?: ProcessEnd) =>
    findCause(vm, { id: 'vm', consoleBegin }, new Map(end && [['vm', end]]));
  const earlier = stamped('Kernel panic - not syncing: earlier');
  await writeFile(path, earlier);
  const { length } = earlier;
  assert.equal(
    await cause(length),
    'its virtual machine monitor died; its console printed nothing',
  );
  const reset = 'its guest reset or powered off the microVM; its console printed nothing';
  assert.equal(await cause(length, { exitCode: 0, signal: null }), reset);
  await writeFile(path, `${earlier}${stamped('one')}${stamped('')}${stamped('two')}`);
  const killed = await cause(length, { exitCode: null, signal: 'SIGKILL' });
  assert.match(killed, /died \(SIGKILL\); its console ends with: one \/ two$/);
  assert.match(await cause(1_000_000), /panicked: earlier$/);
});

test('a console is described by its last lines, without stamps', () => {
  const lines = ['1', '2', '3', 'x'.repeat(500)].map(stamped).join('');
  assert.match(describeConsole(lines), /ends with: 2 \/ 3 \/ x{120}$/);
});
