import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseMappings } from './mapped-memory.ts';

const SMAPS = `7f0000000000-7f0010000000 rw-s 00000000 00:01 12 /memfd:memory-backend-memfd (deleted)
Rss:               60000 kB
Pss:               30000 kB
Pss_Dirty:         30000 kB
55d000000000-55d000001000 r-xp 00000000 08:01 7 /usr/bin/qemu-system-x86_64
Pss:                1000 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]
Pss:                  24 kB
`;

test('the memory of a guest is distinguished from that of its monitor', () => {
  assert.deepEqual(parseMappings(SMAPS), { guest: 30.72, own: 1.048576 });
});

test('a process without a guest owns all of its memory', async () => {
  const { guest, own } = parseMappings(await readFile('/proc/self/smaps', 'utf8'));
  assert.equal(guest, 0);
  assert.ok(own > 1);
});
