import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type HostProblem, readHostReport } from '@capsule/core';
import { HostWatch } from './host-watch.ts';
import type { HostSeen } from './look-at-host.ts';

const FIREWALL = { code: 'HOST_FIREWALL_DROPS', message: 'it drops', hint: 'open it' };
const PORT = { code: 'HOST_PORT_TAKEN', message: 'taken', hint: 'end it' };

test('the report has the problems of the last look, and the ports', async (t) => {
  const { watch, see, report, lines } = await open(t);
  see([FIREWALL]);
  assert.deepEqual(await watch.start(), [FIREWALL]);
  await watch.setPorts([PORT]);
  assert.deepEqual(await report(), [FIREWALL, PORT]);
  see([]);
  await watch.look();
  assert.deepEqual(await report(), [PORT]);
  assert.deepEqual(lines, [
    'HOST_FIREWALL_DROPS: it drops (open it)',
    'HOST_PORT_TAKEN: taken (end it)',
    'HOST_FIREWALL_DROPS is resolved: it drops',
  ]);
});

test('a lasting problem is printed once, and each repair every time', async (t) => {
  const { watch, see, lines } = await open(t);
  see([FIREWALL], ['the rules are back']);
  await watch.start();
  await watch.look();
  const times = (line: string) => lines.filter((other) => other === line).length;
  assert.equal(times('HOST_FIREWALL_DROPS: it drops (open it)'), 1);
  assert.equal(times('the rules are back'), 2);
});

test('it looks again by itself, and a look that fails ends nothing', async (t) => {
  const { watch, looks, report, see } = await open(t, 1);
  await watch.start();
  see(new Error('no nft'));
  await looks(2);
  see([FIREWALL]);
  await looks(2);
  assert.deepEqual(await report(), [FIREWALL]);
});

test('a disposed watch looks at nothing', async (t) => {
  const { watch, count } = await open(t, 1);
  await watch.start();
  await watch[Symbol.asyncDispose]();
  const before = count();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(count(), before);
});

test('a report that cannot be written is printed once, ends nothing, and is written again', async (t) => {
  const { watch, lines, see, folder, report } = await open(t);
  await rm(folder, { recursive: true });
  see([FIREWALL]);
  await watch.start();
  await watch.setPorts([PORT]);
  await watch.look();
  assert.equal(lines.filter((line) => /ENOENT/.test(line)).length, 1);
  await mkdir(folder);
  await watch.look();
  assert.deepEqual(await report(), [FIREWALL, PORT]);
});

async function open(t: TestContext, intervalMs = 60_000) {
  const folder = await mkdtemp(join(tmpdir(), 'host-watch-'));
  const reportPath = join(folder, 'host.json');
  const lines: string[] = [];
  let seen: HostSeen | Error = { problems: [], done: [] };
  let count = 0;
  let looked = Promise.withResolvers<void>();
  const look = async () => {
    count += 1;
    looked.resolve();
    looked = Promise.withResolvers();
    if (seen instanceof Error) throw seen;
    return seen;
  };
  const watch = new HostWatch({ look, reportPath, say: (line) => lines.push(line), intervalMs });
  t.after(async () => {
    await watch[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  const see = (problems: readonly HostProblem[] | Error, done: readonly string[] = []) => {
    seen = problems instanceof Error ? problems : { problems, done };
  };
  /** The last of them has begun, so those before it are over. */
  const looks = async (more: number) => {
    for (const target = count + more; count < target; ) await looked.promise;
  };
  const report = async () => readHostReport(await readFile(reportPath, 'utf8'));
  return { watch, see, report, lines, looks, folder, count: () => count };
}
