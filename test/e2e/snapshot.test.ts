import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushStay, stayingWith } from '../lab/stay.ts';
import { runWorkload } from '../lab/workload.ts';
import { errorCodeOf } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };

let lab: Lab;
const volume = (...args: readonly string[]) => lab.capsulectl('volume', ...args);
const done = async (...args: readonly string[]) => (await capsulectl(lab, args)).stdout;
const sh = async (name: string, script: string) =>
  done('workload', 'exec', name, '--', 'sh', '-c', script);
const names = async (...args: readonly string[]) =>
  (await done('volume', 'snapshots', ...args, '-o', 'name')).trim().split('\n');

suite('snapshots of volumes', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushStay(lab);
    await done('volume', 'create', '--size', '64MiB', 'data');
    await runWorkload(lab, 'writer', stayingWith('data'));
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test(
    'a restore returns the data of the snapshot, and keeps the replaced data',
    BOUND,
    async () => {
      await sh('writer', 'echo first > /data/note');
      assert.equal(await done('volume', 'snapshot', 'data@first'), 'data@first taken\n');
      await sh('writer', 'echo second > /data/note');
      const again = await volume('snapshot', 'data@first');
      assert.equal(errorCodeOf(again), 'SNAPSHOT_EXISTS', again.stderr);
      const busy = await volume('restore', 'data@first');
      assert.equal(errorCodeOf(busy), 'VOLUME_IN_USE', busy.stderr);
      assert.deepEqual(await names('data'), ['data@first']);
      await done('workload', 'stop', 'writer');
      assert.match(
        await done('volume', 'restore', 'data@first'),
        /^data restored from data@first; its previous contents are data@before-restore-[\d-]+\n$/,
      );
      await done('workload', 'start', 'writer');
      assert.equal(await sh('writer', 'cat /data/note'), 'first\n');
      const kept = (await names()).find((name) => /before-restore/.test(name)) ?? '';
      await done('volume', 'restore', '--to', 'kept', kept);
      await runWorkload(lab, 'reader', stayingWith('kept'));
      assert.equal(await sh('reader', 'cat /data/note'), 'second\n');
      await done('workload', 'delete', 'reader');
      await done('volume', 'delete', 'kept', kept, 'data@first');
      assert.deepEqual(await names(), ['']);
    },
  );

  test('a clone of a volume in use has the contents of one moment', BOUND, async () => {
    await sh(
      'writer',
      'rm -f /data/stop; (i=0; while ! [ -e /data/stop ]; do i=$((i+1)); ' +
        'for f in a b; do echo $i > /data/new; mv /data/new /data/$f; done; done) >/dev/null 2>&1 &',
    );
    for (const copy of ['copy-1', 'copy-2']) await done('volume', 'clone', 'data', copy);
    await sh('writer', 'touch /data/stop');
    for (const copy of ['copy-1', 'copy-2']) {
      await runWorkload(lab, 'reader', stayingWith(copy));
      const [a = 0, b = 0] = (await sh('reader', 'cat /data/a /data/b')).split('\n').map(Number);
      assert.ok(a > 0 && (a === b || a === b + 1), `${a} and ${b}`);
      await done('workload', 'delete', 'reader');
      await done('volume', 'delete', copy);
    }
    assert.equal(errorCodeOf(await volume('clone', 'data', 'data')), 'VOLUME_EXISTS');
  });

  test('a volume with snapshots can only be deleted with --force', BOUND, async () => {
    await done('volume', 'create', 'short');
    await done('volume', 'snapshot', 'short@one');
    const refused = await volume('delete', 'short');
    assert.equal(errorCodeOf(refused), 'VOLUME_HAS_SNAPSHOTS', refused.stderr);
    await done('volume', 'delete', '--force', 'short');
    assert.deepEqual(await names(), ['']);
    assert.equal((await volume('snapshots', 'short')).exitCode, 3);
    assert.equal((await volume('delete', 'short@one')).exitCode, 3);
    assert.equal((await volume('restore', 'short')).exitCode, 2);
  });

  test('snapshots of a volume with a schedule are taken automatically', BOUND, async () => {
    const manifest =
      'name: auto\nkind: Volume\nsize: 32MiB\nsnapshotSchedule: {every: 1h, keep: 2}\n';
    await capsulectl(lab, ['apply', '-f', '-'], { input: manifest });
    const deadline = Date.now() + 30_000;
    while (!(await names('auto'))[0]?.startsWith('auto@auto-')) {
      assert.ok(Date.now() < deadline, 'no snapshot was taken');
    }
    assert.match(await done('volume', 'snapshots', 'auto'), / schedule /);
    assert.match(await done('volume', 'get', 'auto', '-o', 'yaml'), /every: 1h/);
    const { stdout } = await capsulectl(lab, ['diff', '-f', '-'], { input: manifest });
    assert.equal(stdout, '');
    assert.match(await done('events', 'volume/auto'), /Snapshot +auto-/);
    await done('volume', 'delete', '--force', 'auto');
  });
});
