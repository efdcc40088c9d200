import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { isCapsuleError } from '@capsule/core';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { difference, footprint } from '../lab/footprint.ts';
import { killAtRandom } from '../lab/kill-at-random.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { chooseSeed } from '../lab/random.ts';
import { AS_ROOT, getWorkload, manifest, runWorkload } from '../lab/workload.ts';
import { errorCodeOf } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';

let lab: Lab;
const volume = (...args: readonly string[]) => lab.capsulectl('volume', ...args);
const apply = (input: string, ...args: string[]) =>
  lab.capsulectlWith({ input }, 'apply', '-f', '-', ...args);
const sh = (name: string, script: string) =>
  lab.capsulectl('workload', 'exec', name, '--', 'sh', '-c', script);
const mounting = (volumeName: string, more: object = {}) => ({
  image: 'stay:1',
  mounts: [{ volumeName, mountPath: '/data', ...more }],
});

interface ShownVolume {
  readonly name: string;
  readonly size: string;
  readonly status: { readonly state: string; readonly mountedBy: readonly string[] };
}

async function shown(name: string): Promise<ShownVolume> {
  return JSON.parse((await capsulectl(lab, ['volume', 'get', name, '-o', 'json'])).stdout);
}

suite('volumes', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh', '-c', STAY] });
  }, BOUND);
  after(async () => {
    await capsulectl(lab, ['volume', 'create', 'held']);
    await runWorkload(lab, 'holder', mounting('held'));
    await lab[Symbol.asyncDispose]();
    // When a capsule ends, the kernel detaches the loop devices of its mounts.
    assert.doesNotMatch((await run('losetup', ['--list'])).stdout, /held/);
  }, BOUND);

  test(
    'folders of a new volume are mounted at their paths, and no link leads out',
    BOUND,
    async () => {
      await capsulectl(lab, ['volume', 'create', '--size', '64MiB', 'parts']);
      const mount = { volumeName: 'parts', mountPath: '/all' };
      const mounts = [
        mount,
        { ...mount, mountPath: '/a', subPath: 'a/deep' },
        { ...mount, mountPath: '/b', subPath: 'b', readOnly: true },
      ];
      await runWorkload(lab, 'parted', { image: 'stay:1', mounts, ...AS_ROOT });
      await sh(
        'parted',
        'echo kept > /a/note; cp /a/note /all/b/; ! touch /b/no; ln -s / /all/out',
      );
      const found = await sh('parted', 'cd /all; find . ! -name . | sort; cat b/note /b/note');
      assert.equal(
        found.stdout,
        './a\n./a/deep\n./a/deep/note\n./b\n./b/note\n./out\nkept\nkept\n',
      );
      const { stdout } = await capsulectl(lab, ['workload', 'get', 'parted', '-o', 'yaml']);
      assert.match((await apply(stdout)).stdout, /parted unchanged/);
      await capsulectl(lab, ['workload', 'restart', 'parted']);
      assert.equal((await sh('parted', 'cat /a/note')).stdout, 'kept\n');
      const out = manifest('parted', {
        image: 'stay:1',
        ...AS_ROOT,
        mounts: [{ ...mount, subPath: 'out/etc' }],
      });
      await apply(out, '--wait', '--timeout', '5s');
      assert.match((await getWorkload(lab, 'parted')).status.message, /out is a link/);
      await capsulectl(lab, ['workload', 'delete', 'parted']);
      await capsulectl(lab, ['volume', 'delete', 'parts']);
    },
  );

  test(
    'written data outlives the workload, a restart of capsuled and a growth',
    BOUND,
    async () => {
      const manifest = 'name: kept\nkind: Volume\nsize: 64MiB\n';
      assert.match(
        (await apply(manifest, '--dry-run')).stdout,
        /kept would be created\n {2}\+ size: "64MiB"/,
      );
      assert.equal((await apply(manifest)).stdout, 'kept created\n');
      assert.equal((await apply(manifest)).stdout, 'kept unchanged\n');
      // It changes the owner of a file.
      await runWorkload(lab, 'writer', { ...mounting('kept'), ...AS_ROOT });
      await sh('writer', 'echo precious > /data/note; chown 7:8 /data/note');
      const { state, mountedBy } = (await shown('kept')).status;
      assert.deepEqual({ state, mountedBy }, { state: 'ready', mountedBy: ['writer'] });
      await lab.killCapsuled();
      await lab.ready();
      assert.equal((await sh('writer', 'cat /data/note')).stdout, 'precious\n');
      await capsulectl(lab, ['workload', 'delete', 'writer']);
      assert.deepEqual((await shown('kept')).status.mountedBy, []);
      assert.equal((await apply(manifest.replace('64', '128'))).stdout, 'kept configured\n');
      const smaller = await apply(manifest);
      assert.equal(errorCodeOf(smaller), 'VOLUME_SHRINKS', smaller.stderr);
      await runWorkload(lab, 'reader', mounting('kept', { readOnly: true }));
      assert.equal((await sh('reader', 'cat /data/note')).stdout, 'precious\n');
      assert.match((await sh('reader', 'stat -c %u:%g /data/note')).stdout, /^7:8$/m);
      const written = await sh('reader', 'echo x > /data/note');
      assert.match(written.stderr, /Read-only file system/);
      const { stdout } = await sh('reader', 'df -m /data | tail -1');
      assert.ok(Number(stdout.trim().split(/\s+/)[1]) > 100, stdout);
      await capsulectl(lab, ['workload', 'delete', 'reader']);
    },
  );

  test(
    'one workload at a time mounts a volume, and the error for the next one names the holder',
    BOUND,
    async () => {
      await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'shared']);
      await runWorkload(lab, 'first', mounting('shared'));
      const second = await apply(manifest('second', mounting('shared')));
      assert.equal(errorCodeOf(second), 'VOLUME_IN_USE', second.stderr);
      assert.match(second.stderr, /in use by first/);
      const refused = await volume('delete', 'shared');
      assert.equal(errorCodeOf(refused), 'VOLUME_IN_USE', refused.stderr);
      await capsulectl(lab, ['workload', 'stop', 'first']);
      await runWorkload(lab, 'second', mounting('shared'));
      const again = await lab.capsulectl('workload', 'start', 'first', '--no-wait');
      assert.equal(errorCodeOf(again), 'VOLUME_IN_USE', again.stderr);
      await capsulectl(lab, ['volume', 'delete', '--force', 'shared']);
      assert.equal((await getWorkload(lab, 'second')).desiredState, 'DESIRED_STATE_STOPPED');
      assert.equal((await volume('get', 'shared')).exitCode, 3);
      await capsulectl(lab, ['workload', 'delete', 'first', 'second']);
    },
  );

  test(
    'files of the image at the mount path are copied into a new volume once',
    BOUND,
    async () => {
      const mounts = (copyUp?: boolean) => ({
        image: 'stay:1',
        ...AS_ROOT, // the image's programs are root's
        mounts: [{ volumeName: 'bins', mountPath: '/bin', ...(copyUp === false && { copyUp }) }],
      });
      await capsulectl(lab, ['volume', 'create', 'bins']);
      await runWorkload(lab, 'copier', mounts());
      assert.equal((await sh('copier', 'rm /bin/ls; echo mine > /bin/own')).exitCode, 0);
      await capsulectl(lab, ['workload', 'restart', 'copier']);
      assert.equal((await sh('copier', 'cat /bin/own')).stdout, 'mine\n');
      assert.equal((await sh('copier', 'test -e /bin/ls')).exitCode, 1);
      await capsulectl(lab, ['workload', 'delete', 'copier']);
    },
  );

  test(
    'storage without a record is reported, and adopted or removed only by a command',
    BOUND,
    async () => {
      const { stdout: missing } = await volume('list', '-o', 'name');
      assert.doesNotMatch(missing, /stray/);
      await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'found']);
      const file = (name: string) => pathOf(lab, `/perm/volumes/${name}.img`);
      await rename(file('found'), file('stray'));
      const { stdout } = await volume('list');
      assert.match(stdout, /^found +Lost /m);
      assert.match(stdout, /^stray +Orphaned /m);
      assert.match(stdout, /`capsulectl volume adopt stray` keeps it/);
      const refused = await volume('delete', 'stray');
      assert.equal(errorCodeOf(refused), 'VOLUME_ORPHANED', refused.stderr);
      await capsulectl(lab, ['volume', 'adopt', 'stray']);
      assert.equal((await shown('stray')).status.state, 'ready');
      await capsulectl(lab, ['volume', 'delete', 'found', 'stray']);
      await rm(file('stray'), { force: true });
    },
  );

  test('if capsuled is killed at any time, written data stays, and nothing stays mounted', {
    timeout: 300_000,
  }, async (t) => {
    const seed = chooseSeed();
    t.diagnostic(`CAPSULE_TEST_SEED=${seed}`);
    const before = await footprint(lab);
    const input = `name: tough\nkind: Volume\nsize: 32MiB\n---\n${manifest('tough', {
      ...mounting('tough'),
      stopSignal: 'SIGKILL',
    })}`;
    const stop = new AbortController();
    const applyAndWait = ['apply', '-f', '-', '--wait', '--timeout', '60s'];
    const write = async () => (await sh('tough', 'echo x >> /data/count')).exitCode === 0;
    await capsulectl(lab, applyAndWait, { input });
    assert.ok(await write());
    let written = 1;
    const load = (async () => {
      for (let round = 0; !stop.signal.aborted; round += 1) {
        await lab.capsulectlWith({ input }, ...applyAndWait);
        if (await write()) written += 1;
        await lab.capsulectl('workload', round % 2 === 0 ? 'stop' : 'delete', 'tough');
        await lab.capsulectl('workload', 'start', 'tough');
      }
    })();
    await killAtRandom(lab, { seed, kills: 25 }).finally(() => stop.abort());
    await load;
    await lab.ready();
    await lab.capsulectl('workload', 'start', 'tough');
    await capsulectl(lab, applyAndWait, { input });
    const { stdout } = await sh('tough', 'wc -l < /data/count');
    t.diagnostic(`${written} writes were acknowledged`);
    assert.ok(Number(stdout) >= written, `${stdout.trim()} lines of ${written}`);
    await capsulectl(lab, ['volume', 'delete', '--force', 'tough']);
    await capsulectl(lab, ['workload', 'delete', 'tough']);
    assert.deepEqual(difference(before, await footprint(lab)), []);
  });

  test('no name in a request leads to a foreign path', BOUND, async () => {
    await using client = connectCapsule(lab.host);
    const { volume: calls } = client;
    const clean = await footprint(lab);
    const size = { sizeMib: 32n };
    for (const name of ['', '../x', 'a/b', '.', 'A', 'a'.repeat(64), 'a@b', '-rf', 'a\nb', 'ä']) {
      const asked: Readonly<Record<string, () => Promise<unknown>>> = {
        create: () => calls.create({ name, ...size }),
        apply: () => calls.apply({ name, sizeBytes: 33554432n }),
        get: () => calls.get({ name }),
        delete: () => calls.delete({ name, force: true }),
        resize: () => calls.resize({ name, newSizeMib: 64n }),
        adopt: () => calls.adopt({ name }),
        snapshot: () => calls.takeSnapshot({ volume: name, name: 'x' }),
        deleteSnapshot: () => calls.deleteSnapshot({ volume: name, name, force: true }),
        adoptSnapshot: () => calls.adoptSnapshot({ volume: name, name }),
        restore: () => calls.restore({ volume: name, snapshot: name }),
        clone: () => calls.clone({ volume: name, snapshot: '', newName: name, newUid: '' }),
        beginImport: () => calls.beginImport({ name, importId: '0'.repeat(32) }),
      };
      for (const [what, ask] of Object.entries(asked)) {
        await assert.rejects(
          ask(),
          (error) => isCapsuleError(error) && ['invalid', 'notFound'].includes(error.kind),
          `${what} of ${JSON.stringify(name)}`,
        );
      }
    }
    for (const sizeMib of [1n, 15n, 16777217n, 2n ** 63n]) {
      await assert.rejects(calls.create({ name: 'sized', sizeMib }), { kind: 'invalid' });
    }
    assert.deepEqual(difference(clean, await footprint(lab)), []);
  });

  test('a missing volume is refused before anything changes', BOUND, async () => {
    const refused = await apply(manifest('lonely', mounting('nowhere')));
    assert.equal(errorCodeOf(refused), 'VOLUME_NOT_FOUND', refused.stderr);
    assert.equal((await lab.capsulectl('workload', 'get', 'lonely')).exitCode, 3);
    const bad = await volume('create', '--size', '1.5GiB', 'x');
    assert.equal(bad.exitCode, 2);
    assert.match((await volume('create', '../x')).stderr, /is not a valid name/);
  });
});
