import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readUsage } from './read-usage.ts';

const LEAF = '/kukeon/main/default/default/web/web_root';

async function hierarchy(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-usage-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

test('usage is read from one hierarchy for all controllers', async (t) => {
  const root = await hierarchy(t, {
    'cgroup.controllers': 'cpu io memory pids\n',
    [`${LEAF}/cpu.stat`]: 'usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n',
    [`${LEAF}/memory.current`]: '9000\n',
    [`${LEAF}/memory.stat`]: 'anon 5000\ninactive_anon 1\ninactive_file 2000\n',
    [`${LEAF}/pids.current`]: '3\n',
    [`${LEAF}/io.stat`]: '8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 rios=1\n',
  });
  assert.deepEqual(await readUsage(root, LEAF), {
    cpuMicros: 1500,
    memoryBytes: 7000,
    pids: 3,
    blockReadBytes: 11,
    blockWrittenBytes: 22,
  });
});

test('usage is read from one hierarchy for each controller', async (t) => {
  const disks = '8:0 Read 10\n8:0 Write 20\n8:0 Total 30\n8:16 Read 1\nTotal 31\n';
  const root = await hierarchy(t, {
    [`cpuacct${LEAF}/cpuacct.usage`]: '1500999\n',
    [`memory${LEAF}/memory.usage_in_bytes`]: '9000\n',
    [`memory${LEAF}/memory.stat`]: 'inactive_file 1\ntotal_inactive_file 2000\n',
    [`pids${LEAF}/pids.current`]: '3\n',
    [`blkio${LEAF}/blkio.throttle.io_service_bytes_recursive`]: disks,
    'blkio/blkio.throttle.io_service_bytes_recursive': disks,
  });
  assert.deepEqual(await readUsage(root, LEAF), {
    cpuMicros: 1500,
    memoryBytes: 7000,
    pids: 3,
    blockReadBytes: 11,
    blockWrittenBytes: 20,
  });
});

test('a figure that the kernel does not count is absent, not zero', async (t) => {
  const root = await hierarchy(t, {
    [`cpuacct${LEAF}/cpuacct.usage`]: '0\n',
    [`blkio${LEAF}/blkio.throttle.io_service_bytes_recursive`]: 'Total 0\n',
    'blkio/blkio.throttle.io_service_bytes_recursive': 'Total 0\n',
  });
  assert.deepEqual(await readUsage(root, LEAF), { cpuMicros: 0 });
  assert.deepEqual(await readUsage(root, '/none'), {});
});
