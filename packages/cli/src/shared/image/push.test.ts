import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectErrorFrom, type ImagePushRequest } from '@capsule/api/wire';
import { defineErrors } from '@capsule/core';
import { rawArchive } from '@capsule/testkit/archives';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const CHUNK_BYTES = 256 * 1024;
/** The beginning of an archive. */
const HEAD = rawArchive({});
const imageError = defineErrors('IMAGE', {
  INVALID: { kind: 'invalid', message: (_: object) => 'this is no image archive' },
});

/** Takes a whole archive, and remembers what came. */
function takingServices() {
  const seen = { totalBytes: 0n, bytes: 0, largest: 0, sha256: '' };
  const push = async (requests: AsyncIterable<ImagePushRequest>) => {
    const hash = createHash('sha256');
    for await (const { msg } of requests) {
      if (msg.case === 'metadata') seen.totalBytes = msg.value.totalBytes;
      if (msg.case !== 'chunk') continue;
      hash.update(msg.value);
      seen.bytes += msg.value.length;
      seen.largest = Math.max(seen.largest, msg.value.length);
    }
    seen.sha256 = hash.digest('hex');
    return { imageRefs: ['docker.io/library/app:dev'], bytesReceived: BigInt(seen.bytes) };
  };
  return { seen, services: { image: { push } } };
}

test('a file arrives byte for byte, in chunks that are not too large', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-push-'));
  try {
    const content = Buffer.concat([rawArchive({}), Buffer.alloc(3 * 1024 * 1024 + 17, 'capsule')]);
    await writeFile(join(folder, 'app.tar'), content);
    const { seen, services } = takingServices();
    await using capsule = await startFakeCapsule(services);
    const result = await runCapsulectl(['image', 'push', join(folder, 'app.tar')], capsule);
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.stdout, 'docker.io/library/app:dev\n');
    assert.equal(seen.sha256, createHash('sha256').update(content).digest('hex'));
    assert.equal(seen.totalBytes, BigInt(content.length));
    assert.equal(seen.largest, CHUNK_BYTES);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a push shows percent of the file on a terminal, and at the end the pushed bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-push-'));
  try {
    const path = join(folder, 'app.tar');
    await writeFile(path, Buffer.concat([HEAD, Buffer.alloc(CHUNK_BYTES * 4 - HEAD.length)]));
    await using capsule = await startFakeCapsule(takingServices().services);
    let at = 0;
    const now = () => {
      at += 100;
      return at;
    };
    const options = { target: capsule.target, isTerminal: true, columns: 200, now };
    const { stderr } = await runCapsulectl(['image', 'push', path], options);
    const percents = [...stderr.matchAll(/app\.tar: pushing (\d+)%, \S+ \S+ of 1 MiB/g)];
    const shown = new Set(percents.map(([, percent]) => percent));
    assert.deepEqual([...shown], ['0', '25', '50', '75', '100']);
    assert.match(stderr, /app\.tar: unpacking\n.*Jpushed 1 MiB\n$/s);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the input stream is pushed too, however large its pieces are', async () => {
  const { seen, services } = takingServices();
  await using capsule = await startFakeCapsule(services);
  const pieces = (async function* () {
    yield Buffer.concat([HEAD, Buffer.alloc(CHUNK_BYTES * 2 + 5 - HEAD.length, 1)]);
    yield Buffer.alloc(1, 2);
  })();
  const result = await runCapsulectl(['image', 'push', '-'], {
    target: capsule.target,
    stdin: pieces,
  });
  assert.equal(result.exitCode, 0);
  assert.deepEqual(
    [seen.bytes, seen.largest, seen.totalBytes],
    [CHUNK_BYTES * 2 + 6, CHUNK_BYTES, 0n],
  );
});

test('a refusal in the middle of an endless archive ends the push with its reason', async () => {
  await using capsule = await startFakeCapsule({
    image: {
      async push(requests) {
        for await (const { msg } of requests) {
          if (msg.case === 'chunk') throw connectErrorFrom(imageError.INVALID({}));
        }
        return {};
      },
    },
  });
  const endless = (async function* () {
    yield HEAD;
    for (;;) yield Buffer.alloc(CHUNK_BYTES);
  })();
  const result = await runCapsulectl(['image', 'push', '-'], {
    target: capsule.target,
    stdin: endless,
  });
  assert.equal(result.exitCode, 2);
  assert.match(result.stderr, /error: this is no image archive\n/);
});

test('a file that is not there is exit code 3, a folder is refused', async () => {
  assert.equal((await runCapsulectl(['image', 'push', '/nonexistent.tar'])).exitCode, 3);
  const folder = await runCapsulectl(['image', 'push', tmpdir()]);
  assert.equal(folder.exitCode, 2);
  assert.match(folder.stderr, /it is a folder/);
});

test('a file that is no archive is refused before it is sent, by its name', async () => {
  await using capsule = await startFakeCapsule(takingServices().services);
  for (const stdin of ['name: web\nkind: Container\n', '', 'x'.repeat(10_000)]) {
    const { exitCode, stderr } = await runCapsulectl(['image', 'push', '-'], {
      target: capsule.target,
      stdin,
    });
    assert.equal(exitCode, 2);
    assert.match(stderr, /<stdin> is not an image archive: it /);
  }
});

test('a file that fails while it is sent is the failure, not the connection', async () => {
  await using capsule = await startFakeCapsule(takingServices().services);
  const failing = (async function* () {
    yield HEAD;
    yield Buffer.alloc(CHUNK_BYTES);
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
  })();
  const options = { target: capsule.target, stdin: failing };
  const { exitCode, stderr } = await runCapsulectl(['image', 'push', '-'], options);
  assert.equal(exitCode, 2);
  assert.match(stderr, /<stdin> cannot be read: the disk reports an input\/output error \(EIO\)/);
});
