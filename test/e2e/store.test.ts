import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { connectRemote, dial } from '@capsule/api/remote';
import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { containerManifest } from './support/container-manifest.ts';
import { quickImage } from './support/quick-image.ts';
import { type CapsulectlOptions, errorCodeOf, runCapsulectl } from './support/run-capsulectl.ts';
import { waitForWorkload } from './support/wait-for-workload.ts';

const PAGE_BYTES = 4096;

suite('the store', { concurrency: false }, () => {
  let lab: Lab;
  let client: CapsuleClient;
  /** The store on the host, and a good copy of it. */
  let store: string;
  let copy: string;
  let web: ReportedWorkload;
  /** SHA-256 of the capsule's certificate. */
  let pin: string;
  before(async () => {
    lab = await startLab({ images: [] });
    client = connectCapsule(lab.host);
    const input = dockerArchive(await quickImage(), ['box:1']);
    await capsulectl(['image', 'push', '-'], { input });
    assert.equal((await apply('web')).exitCode, 0);
    pin = (await client.identity.adoptionGet({})).fingerprint;
    web = (await runningWeb()) ?? assert.fail('web does not run');
    store = join(lab.stateDir, 'perm/state.db');
    copy = join(lab.stateDir, 'state.db.copy');
    await pauseCapsuled(() => saveStore());
    await restartCapsuled();
  });
  after(async () => {
    client.close();
    await lab[Symbol.asyncDispose]();
  });

  const capsulectl = (args: readonly string[], options?: CapsulectlOptions) =>
    runCapsulectl(lab.host, args, options);
  const apply = (name: string) =>
    capsulectl(['apply', '-f', '-', '--wait'], {
      input: containerManifest(name, { image: 'box:1' }),
    });
  const runningWeb = async () =>
    (await waitForWorkload(client, 'web', ({ status }) => status.phase === 'running')).at(-1);

  /** Changes the files while capsuled is stopped, and then kills it. */
  const pauseCapsuled = async (work: () => Promise<void>) => {
    process.kill(await lab.servicePid('capsuled'), 'SIGSTOP');
    await work();
  };
  const restartCapsuled = async () => {
    await lab.killCapsuled();
    await lab.ready();
  };
  /** Clients still find the capsule that they pinned, and no client can adopt it. */
  const checkPort = async (code: string) => {
    const address = { host: lab.address, port: 50_000 };
    const { socket, fingerprint } = await dial(address);
    socket.destroy();
    assert.equal(fingerprint, pin);
    await using network = connectRemote({ name: 'lab', address, fingerprint });
    await assert.rejects(network.identity.challenge({}), { code });
    await assert.rejects(client.identity.adoptionGet({}), { code });
    await lab.exec(['test', '!', '-e', '/run/capsule/adoption']);
  };
  /** Moves all changes into the database file, so that it needs no write-ahead log. */
  const saveStore = async () => {
    await copyFile(store, copy);
    await copyFile(`${store}-wal`, `${copy}-wal`);
    const database = new DatabaseSync(copy);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  };
  const putStore = async (content: Buffer) => {
    await pauseCapsuled(async () => {
      await writeFile(store, content);
      await rm(`${store}-wal`, { force: true });
      await rm(`${store}-shm`, { force: true });
    });
    await restartCapsuled();
  };

  /** The offsets of the first page of a table in the file. */
  const pageOf = (table: string): [number, number] => {
    const database = new DatabaseSync(copy, { readOnly: true });
    const row = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
    database.close();
    const page = Number(row?.['rootpage']);
    return [PAGE_BYTES * (page - 1), PAGE_BYTES * page];
  };

  const damages: readonly { what: string; code: string; damage: (good: Buffer) => Buffer }[] = [
    { what: 'is no database', code: 'STORE_UNREADABLE', damage: (good) => good.fill('?') },
    {
      what: 'has lost its end',
      code: 'STORE_UNREADABLE',
      damage: (good) => good.subarray(0, 6000),
    },
    {
      what: 'is damaged in the middle',
      code: 'STORE_UNREADABLE',
      damage: (good) => good.fill(0xff, ...pageOf('cell')),
    },
    { what: 'is of a later version', code: 'STORE_TOO_NEW', damage: withVersion },
  ];
  for (const { what, code, damage } of damages) {
    test(`a store that ${what} is reported, never replaced, and workloads keep running`, async () => {
      const bad = damage(await readFile(copy));
      await putStore(bad);

      const info = await client.capsule.getInfo({});
      assert.deepEqual(
        info.problems.map((problem) => problem.code),
        [code],
      );
      assert.match(
        (await capsulectl(['capsule', 'info'])).stdout,
        new RegExp(`Problems: +${code}`),
      );
      assert.match(await lab.logs(), new RegExp(code));
      assert.equal((await client.health.check({})).status, 2, 'it says that it serves');
      for (const args of [
        ['workload', 'list'],
        ['workload', 'get', 'web'],
      ]) {
        assert.equal(errorCodeOf(await capsulectl(args)), code);
      }
      assert.equal(errorCodeOf(await apply('new')), code);
      assert.equal((await capsulectl(['image', 'list'])).exitCode, 0);
      await lab.exec(['test', '-d', `/proc/${web.status.pid}`]);
      assert.deepEqual(await readFile(store), bad);
      await checkPort(code);

      await putStore(await readFile(copy));
      const after = await runningWeb();
      assert.equal(after?.status.pid, web.status.pid);
      assert.equal(after?.status.restartCount, 0);
    });
  }
});

function withVersion(good: Buffer): Buffer {
  // `user_version` of SQLite's file header.
  good.writeUInt32BE(9999, 60);
  return good;
}
