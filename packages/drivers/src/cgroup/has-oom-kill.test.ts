import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { hasOomKill } from './has-oom-kill.ts';

const LEAF = '/kukeon/main/default/default/web/web_root';

for (const [hierarchy, file] of [
  ['the unified hierarchy', `${LEAF}/memory.events`],
  ['a hierarchy of its own', `memory${LEAF}/memory.oom_control`],
] as const) {
  test(`an out-of-memory kill is found in ${hierarchy}`, async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'capsule-oom-'));
    t.after(() => rm(root, { recursive: true }));
    await mkdir(dirname(join(root, file)), { recursive: true });
    assert.equal(await hasOomKill(root, LEAF), false);
    await writeFile(join(root, file), 'oom_kill_disable 0\noom 3\noom_kill 0\n');
    assert.equal(await hasOomKill(root, LEAF), false);
    await writeFile(join(root, file), 'oom_kill_disable 0\noom 3\noom_kill 1\n');
    assert.equal(await hasOomKill(root, LEAF), true);
  });
}
