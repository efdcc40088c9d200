import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { connectCapsule } from '@capsule/api/node';
import { run } from '@capsule/host';
import { dockerArchive, type Lab, ociArchive, startLab, tar } from '@capsule/testkit';
import { containerManifest } from './support/container-manifest.ts';
import { type ContainerStore, readContainerStore } from './support/container-store.ts';
import { damagedArchives, largeImage } from './support/damaged-archives.ts';
import { ESCAPED, escapingImage, thievingImage, waysOut } from './support/escaping-image.ts';
import { largeArchive } from './support/large-archive.ts';
import { forgetPeakMemory, peakMemoryBytes } from './support/peak-memory.ts';
import { quickImage } from './support/quick-image.ts';
import {
  type CapsulectlOptions,
  errorCodeOf,
  runCapsulectl,
  startCapsulectl,
} from './support/run-capsulectl.ts';
import { type SkopeoForm, skopeoArchive } from './support/skopeo-archive.ts';
import { watchIngests } from './support/watch-ingests.ts';

const MIB = 1024 * 1024;
const CONTENT = 'perm/containerd/io.containerd.content.v1.content/blobs';

suite('archives of images', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
  });
  after(() => lab[Symbol.asyncDispose]());

  const capsulectl = (args: readonly string[], options?: CapsulectlOptions) =>
    runCapsulectl(lab.host, args, options);
  const push = (archive: Uint8Array | Readable) =>
    capsulectl(['image', 'push', '-'], { input: archive });

  const blobsLeft = () => readdir(join(lab.stateDir, 'perm/blobs'));

  const pushed: readonly { form: SkopeoForm; name: string; full: string }[] = [
    { form: 'docker-archive', name: 'shop/app:dev', full: 'docker.io/shop/app:dev' },
    { form: 'oci-archive', name: 'tool:1.2', full: 'docker.io/library/tool:1.2' },
    { form: 'oci', name: 'corner.invalid/deep/tool:3', full: 'corner.invalid/deep/tool:3' },
  ];
  for (const { form, name, full } of pushed) {
    test(`an image that skopeo wrote as ${form} runs without a registry`, async () => {
      const archive = await skopeoArchive(await quickImage({ Labels: { form } }), form, name);

      const answer = await push(archive);

      assert.deepEqual([answer.exitCode, answer.stdout], [0, `${full}\n`], answer.stderr);
      const workload = form.replace('-', '');
      const applied = await capsulectl(['apply', '-f', '-', '--wait'], {
        input: containerManifest(workload, { image: name }),
      });
      assert.equal(applied.exitCode, 0, applied.stderr);
      const { stdout } = await capsulectl(['workload', 'get', workload, '-o', 'json']);
      assert.equal(JSON.parse(stdout).status.phase, 'WORKLOAD_PHASE_RUNNING');
    });
  }

  test('an archive is also pushed from a file, with all its names', async () => {
    const file = join(lab.stateDir, 'archive.tar');
    await writeFile(file, dockerArchive(await quickImage(), ['one:1', 'two.invalid/x:2']));
    const { stdout } = await capsulectl(['image', 'push', file]);
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      'docker.io/library/one:1',
      'two.invalid/x:2',
    ]);
  });

  test('the list shows names, digests and sizes', async () => {
    const image = await quickImage({ Labels: { for: 'list' } });
    await push(ociArchive(image, [{ 'org.opencontainers.image.ref.name': 'listed:1' }]));

    const { stdout } = await capsulectl(['image', 'list', '-o', 'json']);

    const listed = JSON.parse(stdout).find(
      ({ name }: { name: string }) => name === 'docker.io/library/listed:1',
    );
    const sizes = [image.config, ...image.layers].map(({ data }) => data.length);
    assert.equal(listed.digest, image.manifest.digest);
    assert.equal(
      listed.sizeBytes,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    const table = (await capsulectl(['image', 'list'])).stdout.split('\n');
    const line = table.find((text) => text.startsWith('listed:1')) ?? '';
    assert.ok(line.includes(image.manifest.digest.slice(0, 19)), line);
    assert.match(line, /1\.9 MiB/);
  });

  test('a damaged archive is refused with an error code, and nothing of it is kept', async (t) => {
    const before = await readContainerStore(lab);
    for (const { what, archive, code } of damagedArchives()) {
      await t.test(what, async () => {
        const answer = await push(archive);
        assert.deepEqual([answer.exitCode, errorCodeOf(answer), answer.stdout], [2, code, '']);
      });
    }
    assertNothingNew(before, await readContainerStore(lab));
    assert.deepEqual(await blobsLeft(), []);
  });

  test('a large blob is content as it is, and is not kept beside it', async () => {
    const image = largeImage();
    const archive = ociArchive(image, [{ 'org.opencontainers.image.ref.name': 'blob:1' }]);
    assert.equal((await capsulectl(['realm', 'create', 'other'])).exitCode, 0);
    // The second time, containerd has the blob; the third time, in another realm.
    for (const realm of ['main', 'main', 'other']) {
      const words = ['image', 'push', '--realm', realm, '-'];
      const answer = await capsulectl(words, { input: archive });
      const expected = [0, 'docker.io/library/blob:1\n'];
      assert.deepEqual([answer.exitCode, answer.stdout], expected, answer.stderr);
      const list = await capsulectl(['image', 'list', '--realm', realm]);
      assert.match(list.stdout, /blob:1/);
    }
    const digest = image.layers[0]?.digest ?? '';
    const content = await readFile(join(lab.stateDir, CONTENT, digest.replace(':', '/')));
    assert.ok(content.equals(image.layers[0]?.data ?? Buffer.alloc(0)));
    assert.deepEqual(await blobsLeft(), []);
  });

  for (const way of waysOut()) {
    test(`${way} writes nothing outside of the image`, async () => {
      await push(dockerArchive(escapingImage(way), [`escape/${waysOut().indexOf(way)}:1`]));
      assert.deepEqual(await findOutside(lab), []);
    });
  }

  test('a hard link of an image does not reach a file of the capsule', async () => {
    const target = '../../../../../../../../perm/state.db';
    await push(dockerArchive(thievingImage(target), ['thief:1']));
    const { stdout } = await lab.exec(['stat', '-c', '%h', '/perm/state.db']);
    assert.equal(stdout, '1\n');
  });

  const endings = [
    { what: 'that is broken off', signal: 'SIGINT', exitCode: 130 },
    { what: 'whose client is killed', signal: 'SIGKILL', exitCode: 137 },
  ] as const;
  for (const { what, signal, exitCode } of endings) {
    test(`a push ${what} in the middle leaves nothing behind`, async () => {
      const before = await readContainerStore(lab);
      const archive = dockerArchive(await quickImage({ Labels: { cut: signal } }), ['cut:1']);
      using ingests = watchIngests(lab);
      const input = new Readable({ read: () => undefined });
      await using running = startCapsulectl(lab.host, ['image', 'push', '-'], { input });
      input.push(archive.subarray(0, MIB));
      await ingests.begun;

      running.child.kill(signal);

      assert.equal((await running.ended).exitCode, exitCode);
      // capsuled imports archives one after the other, so this import ends after the leftovers of the broken
      // one are removed.
      const other = tar([{ path: 'notes.txt', data: Buffer.from('no image') }]);
      assert.equal(errorCodeOf(await push(other)), 'IMAGE_INVALID');
      assertNothingNew(before, await readContainerStore(lab));
    });
  }

  test('capsuled streams an archive of 300 MB in constant memory', async () => {
    const capsuled = await lab.servicePid('capsuled');
    forgetPeakMemory(capsuled);
    const before = peakMemoryBytes(capsuled);

    const answer = await push(Readable.from(largeArchive('large:1', 300), { objectMode: false }));

    assert.equal(answer.exitCode, 0, answer.stderr);
    const growth = peakMemoryBytes(capsuled) - before;
    assert.ok(growth < 60 * MIB, `capsuled grew by ${Math.round(growth / MIB)} MiB`);
  });

  test('two clients push concurrently, and both images exist', async () => {
    await using client = connectCapsule(lab.host);
    const archives = await Promise.all(
      ['left', 'right'].map(async (side) =>
        dockerArchive(await quickImage({ Labels: { side } }), [`${side}:1`]),
      ),
    );
    const answers = await Promise.all(archives.map(push));
    assert.deepEqual(
      answers.map(({ exitCode }) => exitCode),
      [0, 0],
    );
    const names = (await client.image.list({})).images.map(({ name }) => name);
    assert.ok(names.includes('docker.io/library/left:1'));
    assert.ok(names.includes('docker.io/library/right:1'));
  });
});

function assertNothingNew(before: ContainerStore, now: ContainerStore): void {
  for (const key of ['images', 'leases', 'ingests', 'content', 'snapshots'] as const) {
    const added = now[key].filter((name) => !before[key].includes(name));
    assert.deepEqual(added, [], key);
  }
}

/** Files that were written outside of the image, anywhere in the capsule except the snapshots. */
async function findOutside({ pid }: Lab): Promise<readonly string[]> {
  const root = `/proc/${pid}/root`;
  const skip = ['proc', 'sys', 'perm/containerd/io.containerd.snapshotter.v1.overlayfs'];
  const prune = skip.flatMap((path) => ['-path', `${root}/${path}`, '-o']).slice(0, -1);
  const { stdout } = await run('find', [
    ...[`${root}/`, '(', ...prune, ')', '-prune', '-o', '-name', `${ESCAPED}*`, '-print'],
  ]);
  return stdout.split('\n').filter((line) => line !== '');
}
