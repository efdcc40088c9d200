import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { ImageStore, PullProgress } from '@capsule/core';
import { dockerArchive, ociArchive, type TestImage } from '../images/test-image.ts';

/** An empty store to try, and a registry that it pulls from. */
export interface ImageBench {
  readonly store: ImageStore;
  /** For archives; it fits the store's processor. */
  readonly image: TestImage;
  /** Full references, by how the registry treats them. */
  readonly offered: string;
  readonly absent: string;
  /** The registry never answers. */
  readonly silent: string;
}

/** The contract of every `ImageStore`. `open` returns a fresh bench; it cleans up after the test. */
export function imageStoreContract(
  name: string,
  open: (t: TestContext) => Promise<ImageBench>,
): void {
  suite(`image store contract: ${name}`, { timeout: 360_000 }, () => {
    test('a missing image is undefined', async (t) => {
      const { store, absent } = await open(t);
      assert.equal(await store.get(absent), undefined);
      assert.deepEqual(await store.list(), []);
    });

    test('loading a docker archive adds all its image names in their full form', async (t) => {
      const { store, image } = await open(t);
      const archive = dockerArchive(image, ['web:1', 'example.org/team/web:dev']);
      const loaded = await store.load(chunks(archive));
      const names = ['docker.io/library/web:1', 'example.org/team/web:dev'];
      assert.deepEqual(loaded.map((each) => each.name).sort(), names);
      assert.deepEqual(
        (await store.list()).map((each) => each.name),
        names,
      );
      const [first] = await store.list();
      assert.match(first?.digest ?? '', /^sha256:[0-9a-f]{64}$/);
      assert.ok((first?.sizeBytes ?? 0) > 0);
      assert.deepEqual(await store.get('docker.io/library/web:1'), first);
    });

    test('loading an OCI layout adds its short name in the full form', async (t) => {
      const { store, image } = await open(t);
      const loaded = await store.load(chunks(ociArchive(image, [named('myapp:dev')])));
      assert.deepEqual(
        loaded.map((each) => each.name),
        ['docker.io/library/myapp:dev'],
      );
    });

    test('loading an archive again changes nothing', async (t) => {
      const { store, image } = await open(t);
      const archive = ociArchive(image, [named('myapp:dev')]);
      const [first] = await store.load(chunks(archive));
      const [second] = await store.load(chunks(archive));
      assert.equal(second?.digest, first?.digest);
      assert.equal((await store.list()).length, 1);
    });

    test('bytes that are not an archive are refused, and nothing is left behind', async (t) => {
      const { store } = await open(t);
      const noise = Buffer.from('this is no archive at all. '.repeat(100));
      await assert.rejects(store.load(chunks(noise)), { code: 'IMAGE_INVALID' });
      assert.deepEqual(await store.list(), []);
    });

    test('a truncated archive is refused, and nothing is left behind', async (t) => {
      const { store, image } = await open(t);
      const archive = dockerArchive(image, ['web:1']);
      const half = archive.subarray(0, archive.length >> 1);
      await assert.rejects(store.load(chunks(half)), { code: 'IMAGE_INVALID' });
      assert.deepEqual(await store.list(), []);
    });

    test('an image without a name is refused, and nothing is left behind', async (t) => {
      const { store, image } = await open(t);
      const load = store.load(chunks(dockerArchive(image, null)));
      await assert.rejects(load, { code: 'IMAGE_UNNAMED', kind: 'invalid' });
      assert.deepEqual(await store.list(), []);
    });

    test('an image with only a tag, or without a name, gets the name that the caller passes', async (t) => {
      const { store, image } = await open(t);
      const tagged = ociArchive(image, [named('Release')]);
      await assert.rejects(store.load(chunks(tagged)), { code: 'IMAGE_UNNAMED' });
      for (const archive of [tagged, dockerArchive(image, null), dockerArchive(image, ['a:1'])]) {
        const loaded = await store.load(chunks(archive), undefined, { name: 'given:2' });
        assert.deepEqual(
          loaded.map((each) => each.name),
          ['docker.io/library/given:2'],
        );
      }
      assert.equal((await store.list()).length, 1);
    });

    test('the error of a failed sender is thrown, and nothing is left behind', async (t) => {
      const { store, image } = await open(t);
      const reason = new Error('the line went dead');
      async function* dying() {
        yield dockerArchive(image, ['web:1']).subarray(0, 100_000);
        throw reason;
      }
      await assert.rejects(store.load(dying()), reason);
      assert.deepEqual(await store.list(), []);
    });

    test('a pull adds the image, and its progress never goes back', async (t) => {
      const { store, offered } = await open(t);
      const told: PullProgress[] = [];
      const image = await store.pull(offered, (progress) => told.push(progress));
      assert.equal(image.name, offered);
      assert.deepEqual(await store.get(offered), image);
      assert.equal(told[0]?.stage, 'resolving');
      const done = told.map(({ doneBytes }) => doneBytes);
      assert.deepEqual(
        done,
        done.toSorted((a, b) => a - b),
      );
      assert.ok(told.every(({ doneBytes, totalBytes }) => doneBytes <= totalBytes));
    });

    test('pulling an image again succeeds', async (t) => {
      const { store, offered } = await open(t);
      const first = await store.pull(offered, () => undefined);
      const second = await store.pull(offered, () => undefined);
      assert.equal(second.digest, first.digest);
    });

    test('pulling an image that the registry does not have fails with not found', async (t) => {
      const { store, absent } = await open(t);
      const pull = store.pull(absent, () => undefined);
      await assert.rejects(pull, { code: 'IMAGE_NOT_FOUND', kind: 'notFound' });
      assert.deepEqual(await store.list(), []);
    });

    test('an aborted pull rejects with the reason', async (t) => {
      const { store, silent } = await open(t);
      const controller = new AbortController();
      const reason = new Error('enough');
      const pull = store.pull(silent, () => controller.abort(reason), controller.signal);
      await assert.rejects(pull, reason);
      assert.equal(await store.get(silent), undefined);
    });
  });
}

function named(name: string): Record<string, string> {
  return { 'org.opencontainers.image.ref.name': name };
}

async function* chunks(archive: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < archive.length; at += 50_000) yield archive.subarray(at, at + 50_000);
}
