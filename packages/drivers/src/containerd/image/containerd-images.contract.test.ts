import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, suite, type TestContext, test } from 'node:test';
import {
  answer,
  dockerArchive,
  imageStoreContract,
  missingContainerd,
  ociArchive,
  openContainerd,
  TestRegistry,
  type Treatment,
  testImage,
} from '@capsule/testkit';
import { ContainerdConnection } from '../client/containerd-connection.ts';
import { ContainerdImages, type ContainerdImagesOptions } from './containerd-images.ts';

const skip = missingContainerd();
const containerd = await openContainerd();
const registry = await TestRegistry.start();
let namespaces = 0;

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

/** Every bench has a namespace of its own; `registry.test` is the test's registry. */
async function openBench(
  t: TestContext,
  options: Pick<ContainerdImagesOptions, 'stallMs' | 'findLogin'> = {},
) {
  assert.ok(containerd !== undefined);
  namespaces += 1;
  const namespace = `kukeon-images-${namespaces}`;
  const connection = new ContainerdConnection({ socketPath: containerd.socketPath });
  const client = connection.in({ name: 'main', namespace });
  const certsDir = join(containerd.directory, `certs-${namespaces}`);
  await offerHost(certsDir, 'registry.test', registry.host);
  const store = new ContainerdImages(client, { certsDir, ...options });
  // containerd shares content between namespaces, so every test has layers of its own.
  const image = imageOf(300_000);
  const big = imageOf(3_000_000);
  registry.offer('team/app', '1', image);
  registry.misbehave(/silent/, () => undefined);
  t.after(() => {
    registry.behave();
    connection[Symbol.dispose]();
  });
  return {
    client,
    store,
    certsDir,
    image,
    big,
    offered: 'registry.test/team/app:1',
    absent: 'registry.test/team/absent:1',
    silent: 'registry.test/team/silent:1',
  };
}

async function offerHost(certsDir: string, host: string, target: string): Promise<void> {
  await mkdir(join(certsDir, host), { recursive: true });
  const text = `server = "http://${target}"\n[host."http://${target}"]\n  capabilities = ["pull", "resolve"]\n`;
  await writeFile(join(certsDir, host, 'hosts.toml'), text);
}

function noise(length: number): Buffer {
  const data = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) data[i] = (i * 2654435761) >>> 13;
  return data;
}

let images = 0;

function imageOf(bytes: number) {
  images += 1;
  const own = { path: 'own', data: Buffer.from(`${process.pid} ${images}`) };
  return testImage({ layers: [[own, { path: 'noise', data: noise(bytes) }]] });
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

const ignore = () => undefined;

if (skip === false) imageStoreContract('containerd', openBench);

suite('pulls with containerd', { skip, timeout: 360_000 }, () => {
  const failures: readonly (readonly [string, RegExp, Treatment, string])[] = [
    ['demands a login', /manifests/, (_, res) => answer(res, 401), 'IMAGE_DENIED'],
    ['forbids', /manifests/, (_, res) => answer(res, 403), 'IMAGE_DENIED'],
    ['fails', /manifests/, (_, res) => answer(res, 500), 'IMAGE_REGISTRY_UNREACHABLE'],
    ['is rate-limited', /manifests/, (_, res) => answer(res, 429), 'IMAGE_REGISTRY_UNREACHABLE'],
    ['has lost a layer', /blobs/, (_, res) => answer(res, 404), 'IMAGE_INVALID'],
    ['hangs up', /manifests/, (req) => void req.socket.destroy(), 'IMAGE_REGISTRY_UNREACHABLE'],
    ['cuts the connection in a layer', /blobs/, hangUpAfter(100), 'IMAGE_REGISTRY_UNREACHABLE'],
    [
      'talks nonsense',
      /manifests/,
      (_, res) => void res.end('{"hello": "world"}'),
      'IMAGE_INVALID',
    ],
  ];
  for (const [what, pattern, treat, code] of failures) {
    test(`a pull from a registry that ${what} fails with ${code}, and succeeds later`, async (t) => {
      const { store, offered } = await openBench(t);
      registry.misbehave(pattern, treat);
      await assert.rejects(store.pull(offered, ignore), { code });
      assert.deepEqual(await store.list(), []);
      registry.behave();
      assert.equal((await store.pull(offered, ignore)).name, offered);
    });
  }

  test('a layer whose content differs from its digest is invalid', async (t) => {
    const { image, offered, store } = await openBench(t);
    const layer = image.layers[0];
    assert.ok(layer !== undefined);
    registry.misbehave(new RegExp(`blobs/${layer.digest}`), (_, response) => {
      response.end(Buffer.alloc(layer.data.length, 'x'));
    });
    await assert.rejects(store.pull(offered, ignore), { code: 'IMAGE_INVALID' });
  });

  test('a layer that arrived garbled is fetched again', async (t) => {
    const { image, offered, store } = await openBench(t);
    registry.misbehave(new RegExp(`blobs/${image.config.digest}`), hangUpAfter(100));
    await assert.rejects(store.pull(offered, ignore), { code: 'IMAGE_REGISTRY_UNREACHABLE' });
    registry.behave();
    assert.equal((await store.pull(offered, ignore)).name, offered);
  });

  test('a login is sent to the host that asks for it, and to no other', async (t) => {
    const asked: string[] = [];
    const login = { username: 'ann', secret: 'hunter2' };
    const findLogin = (host: string) => {
      asked.push(host);
      return host === registry.host ? login : undefined;
    };
    const { store, offered } = await openBench(t, { findLogin });
    registry.login = login;
    t.after(() => {
      registry.login = undefined;
    });
    assert.equal((await store.pull(offered, ignore)).name, offered);
    assert.deepEqual([...new Set(asked)], [registry.host]);
    registry.login = { ...login, secret: 'changed' };
    const other = await openBench(t, { findLogin });
    await assert.rejects(other.store.pull(other.offered, ignore), { code: 'IMAGE_DENIED' });
  });

  test('a refused connection, an unknown name and a wrong scheme are distinguished', async (t) => {
    const { store, certsDir } = await openBench(t);
    await offerHost(certsDir, 'nobody.test', '127.0.0.1:1');
    await mkdir(join(certsDir, 'tls.test'), { recursive: true });
    const tls = `server = "https://${registry.host}"\n`;
    await writeFile(join(certsDir, 'tls.test', 'hosts.toml'), tls);
    const reason = async (reference: string) => {
      const error = await store.pull(reference, ignore).then(
        () => undefined,
        (cause) => cause,
      );
      assert.equal(error?.code, 'IMAGE_REGISTRY_UNREACHABLE');
      return error?.facts.reason;
    };
    assert.equal(await reason('nobody.test/a/b:1'), 'its registry refuses connections');
    assert.match(await reason('no-such-host.invalid/a/b:1'), /^the name of its registry/);
    assert.equal(await reason('tls.test/a/b:1'), 'its registry speaks HTTP, not HTTPS');
  });

  test('a pull from a registry that never answers is aborted', async (t) => {
    const { store, silent } = await openBench(t, { stallMs: 300 });
    await assert.rejects(store.pull(silent, ignore), { code: 'IMAGE_STALLED', kind: 'timeout' });
  });

  test('a pull from a registry that stops in the middle of a layer is aborted', async (t) => {
    const { big, store } = await openBench(t, { stallMs: 1000 });
    registry.offer('team/big', '1', big);
    registry.misbehave(/blobs/, (request, response) => {
      const layer = big.layers[0];
      if (layer === undefined || !request.url?.includes(layer.digest))
        return response.end(big.config.data);
      response.writeHead(200, { 'content-length': layer.data.length });
      return response.write(layer.data.subarray(0, 1_000_000));
    });
    const pull = store.pull('registry.test/team/big:1', ignore);
    await assert.rejects(pull, { code: 'IMAGE_STALLED' });
  });

  test('progress counts bytes while a layer arrives', async (t) => {
    const { big, store } = await openBench(t);
    registry.offer('team/big', '1', big);
    const layer = big.layers[0];
    assert.ok(layer !== undefined);
    const half = Promise.withResolvers<void>();
    registry.misbehave(new RegExp(`blobs/${layer.digest}`), (_, response) => {
      response.writeHead(200, { 'content-length': layer.data.length });
      response.write(layer.data.subarray(0, 1_500_000));
      void half.promise.then(() => response.end(layer.data.subarray(1_500_000)));
    });
    const pulled = await store.pull('registry.test/team/big:1', ({ doneBytes, totalBytes }) => {
      if (doneBytes > 1_000_000 && doneBytes < totalBytes) half.resolve();
    });
    assert.ok(pulled.sizeBytes >= 3_000_000);
  });

  test('only the image for this processor is fetched from an index', async (t) => {
    const { image, store } = await openBench(t);
    const foreign = testImage({ layers: [[{ path: 'arm' }]], architecture: 'arm64' });
    registry.offerIndex('team/multi', '1', { amd64: image, arm64: foreign });
    registry.requests.length = 0;
    await store.pull('registry.test/team/multi:1', ignore);
    assert.equal(
      registry.requests.some((line) => line.includes(foreign.manifest.digest)),
      false,
    );
  });

  test('an image for other processors only is refused, and leaves nothing', async (t) => {
    const { store } = await openBench(t);
    const foreign = testImage({ layers: [[{ path: 'arm' }]], architecture: 'arm64' });
    registry.offerIndex('team/foreign', '1', { arm64: foreign });
    registry.offer('team/foreign', '2', foreign);
    for (const tag of ['1', '2']) {
      const pull = store.pull(`registry.test/team/foreign:${tag}`, ignore);
      await assert.rejects(pull, { code: 'IMAGE_INVALID' });
    }
    assert.deepEqual(await store.list(), []);
  });

  test('two pulls of the same image at once fetch it once', async (t) => {
    const { store, big } = await openBench(t);
    registry.offer('team/big', '1', big);
    registry.requests.length = 0;
    const pulls = [1, 2].map(() => store.pull('registry.test/team/big:1', ignore));
    const [first, second] = await Promise.all(pulls);
    assert.equal(first?.digest, second?.digest);
    const layer = big.layers[0]?.digest ?? '';
    assert.equal(registry.requests.filter((line) => line.includes(layer)).length, 1);
  });

  test('a mirror is used instead of the registry', async (t) => {
    const { certsDir, image, store } = await openBench(t);
    await offerHost(certsDir, 'docker.io', registry.host);
    registry.offer('library/nginx', '1.27-alpine', image);
    const pulled = await store.pull('docker.io/library/nginx:1.27-alpine', ignore);
    assert.equal(pulled.digest, image.manifest.digest);
  });
});

suite('loads with containerd', { skip, timeout: 360_000 }, () => {
  test('a compressed archive is loaded without unpacking it first', async (t) => {
    const { image, store } = await openBench(t);
    const { gzipSync } = await import('node:zlib');
    const [loaded] = await store.load(once(gzipSync(dockerArchive(image, ['web:1']))));
    assert.equal(loaded?.name, 'docker.io/library/web:1');
  });

  test('the full name of containerd and Docker wins over the tag beside it', async (t) => {
    const { image, store } = await openBench(t);
    const annotations = {
      'io.containerd.image.name': 'docker.io/library/web:dev',
      'org.opencontainers.image.ref.name': 'dev',
    };
    const [loaded] = await store.load(once(ociArchive(image, [annotations])));
    assert.equal(loaded?.name, 'docker.io/library/web:dev');
  });

  test('a tag alone is no name', async (t) => {
    const { image, store } = await openBench(t);
    const archive = ociArchive(image, [{ 'org.opencontainers.image.ref.name': 'latest' }]);
    await assert.rejects(store.load(once(archive)), { code: 'IMAGE_UNNAMED' });
  });

  test('an archive for another processor is refused, and leaves nothing', async (t) => {
    const { store } = await openBench(t);
    const foreign = testImage({ layers: [[{ path: 'arm' }]], architecture: 'arm64' });
    const load = store.load(once(dockerArchive(foreign, ['web:1'])));
    await assert.rejects(load, { code: 'IMAGE_INVALID' });
    assert.deepEqual(await store.list(), []);
  });

  test('a failed load leaves no content, no lease and no record', async (t) => {
    const { client, image, store } = await openBench(t);
    const archive = dockerArchive(image, ['web:1']);
    await assert.rejects(store.load(once(archive.subarray(0, archive.length - 4000))));
    assert.deepEqual((await client.leases.list({})).leases, []);
    assert.deepEqual((await client.images.list({})).images, []);
    const blobs = [];
    for await (const { info } of client.content.list({})) blobs.push(...info);
    assert.deepEqual(blobs, []);
  });

  test('an archive larger than any buffer arrives in pieces', async (t) => {
    const { big, store } = await openBench(t);
    const archive = dockerArchive(big, ['big:1']);
    let ahead = 0;
    async function* pieces() {
      for (let at = 0; at < archive.length; at += 10_000) {
        ahead = at;
        yield archive.subarray(at, at + 10_000);
      }
    }
    const [loaded] = await store.load(pieces());
    assert.equal(loaded?.name, 'docker.io/library/big:1');
    assert.ok(ahead > 0);
  });

  test('concurrent loads do not mix', async (t) => {
    const { big, image, store } = await openBench(t);
    const archives = [dockerArchive(image, ['a:1']), dockerArchive(big, ['b:1'])];
    await Promise.all(archives.map((archive) => store.load(once(archive))));
    const digests = (await store.list()).map(({ digest }) => digest);
    assert.equal(new Set(digests).size, 2);
  });

  test('an aborted load rejects with the reason, and leaves nothing', async (t) => {
    const { client, image, store } = await openBench(t);
    const controller = new AbortController();
    const reason = new Error('enough');
    async function* endless() {
      yield dockerArchive(image, ['web:1']).subarray(0, 200_000);
      controller.abort(reason);
      await new Promise(() => undefined);
    }
    await assert.rejects(store.load(endless(), controller.signal), reason);
    assert.deepEqual((await client.leases.list({})).leases, []);
  });
});

function hangUpAfter(bytes: number): Treatment {
  return (request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 });
    response.write(Buffer.alloc(bytes), () => request.socket.destroy());
  };
}
