import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCrash } from './find-crash.ts';

const END = { console: '', said: '', signal: null, hasBegun: true, isStuck: false };

test('a kernel panic after an oops is a crash of the kernel, and its reason is found', () => {
  const console =
    '[    4.1] BUG: unable to handle page fault for address: ffffa1\r\n[    4.1] #PF: read\r\n' +
    '[    4.2] Kernel panic - not syncing: Fatal exception in interrupt\r\n[    4.3] ---[ end ]---';
  assert.deepEqual(findCrash({ ...END, console }), {
    part: 'kernel',
    detail:
      'BUG: unable to handle page fault for address: ffffa1; ' +
      'Kernel panic - not syncing: Fatal exception in interrupt',
  });
});

test('an emulator that aborts is a crash; one that was killed from outside is not', () => {
  assert.equal(findCrash({ ...END, signal: 'SIGSEGV' })?.part, 'emulator');
  const said = 'ERROR:../tcg/tcg.c:6093:tcg_gen_code: assertion failed: (s->ok)\n';
  assert.deepEqual(findCrash({ ...END, said, signal: 'SIGABRT' })?.detail, said.trim());
  assert.equal(findCrash({ ...END, signal: 'SIGKILL' }), undefined);
});

test('a kernel that never starts init has crashed', () => {
  const stuck = { ...END, hasBegun: false, isStuck: true, signal: 'SIGKILL' as const };
  assert.equal(findCrash(stuck)?.part, 'kernel');
});

for (const [name, console] of [
  ['that runs out of memory', 'Kernel panic - not syncing: System is deadlocked on memory'],
  ['whose first program ends', 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x9'],
  ['that complains of a bug in passing', 'WARNING: CPU: 0 PID: 1 at kernel/fork.c:1'],
  ['that says nothing', ''],
] as const) {
  test(`a machine ${name} has not crashed`, () => {
    assert.equal(findCrash({ ...END, console }), undefined);
  });
}
