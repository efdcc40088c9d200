import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { quiet } from '../progress.ts';
import { fetchRelease } from './fetch-release.ts';
import { findFirecracker } from './find-firecracker.ts';
import { offerFirecracker } from './offer-firecracker.ts';
import { type Release, releaseFor, releaseKey } from './release.ts';

/** An archive in the layout of a release, with more files than the two programs. */
const { version, programs } = releaseFor('x64');
const OTHERS = [`release-v${version}-x86_64/SHA256SUMS`];

suite('a release of Firecracker', () => {
  let folder: string;
  let archive: Buffer;
  let url: string;
  let asked = 0;
  let answer: (response: ServerResponse) => void;
  const whole = (response: ServerResponse) => void response.end(archive);
  const server = createServer((_, response) => {
    asked += 1;
    answer(response);
  });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capsule-release-'));
    archive = await packRelease(folder);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/firecracker.tgz`;
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const sha256 = () => createHash('sha256').update(archive).digest('hex');
  const release = (): Release => ({ version, url, sha256: sha256(), programs });
  const request = (cacheDir: string) => ({
    cacheDir: join(folder, cacheDir),
    release: release(),
    progress: quiet,
  });

  test('is downloaded once, and contains the two programs under the right names', async () => {
    answer = whole;
    asked = 0;
    const first = await fetchRelease(request('once'));
    const second = await fetchRelease(request('once'));
    assert.deepEqual([first.fresh, second.fresh, asked], [true, false, 1]);
    assert.deepEqual((await readdir(first.path)).sort(), ['firecracker', 'jailer']);
    assert.equal(await readFile(join(first.path, 'jailer'), 'utf8'), programs.jailer);
    const { stdout } = await run(join(first.path, 'firecracker'), []);
    assert.equal(stdout, 'runs\n');
  });

  const refused: Readonly<Record<string, [(response: ServerResponse) => void, string, RegExp]>> = {
    'of another checksum': [
      (response) => response.end(Buffer.concat([archive, Buffer.alloc(1)])),
      'IMAGER_FIRECRACKER_CHECKSUM',
      /is not Firecracker/,
    ],
    'that the server does not have': [
      (response) => response.writeHead(404).end(),
      'IMAGER_FIRECRACKER_UNREACHABLE',
      /HTTP status 404/,
    ],
    'that is cut off': [
      (response) => {
        response.writeHead(200, { 'content-length': archive.length });
        response.write(archive.subarray(0, 100), () => response.destroy());
      },
      'IMAGER_FIRECRACKER_UNREACHABLE',
      /other side closed|aborted|terminated/,
    ],
    'that never goes on': [
      (response) => void response.write(archive.subarray(0, 100)),
      'IMAGER_FIRECRACKER_UNREACHABLE',
      /sent nothing for 200 ms/,
    ],
    'that never ends': [
      (response) => {
        // Writes until the client has disconnected; then each write fails immediately.
        const more = (gone?: Error | null) => {
          if (!gone) response.write(Buffer.alloc(1024 * 1024), more);
        };
        response.on('error', () => undefined);
        more();
      },
      'IMAGER_FIRECRACKER_UNREACHABLE',
      /is larger than/,
    ],
  };
  for (const [kind, [bad, code, message]] of Object.entries(refused)) {
    test(`a download ${kind} is refused, and no file of it is kept`, async () => {
      answer = bad;
      const wanted = { ...request('refused'), silenceMs: 200 };
      await assert.rejects(fetchRelease(wanted), { code, message });
      assert.equal(await new Cache(wanted.cacheDir).find(releaseKey(release())), undefined);
    });
  }

  test('a failed download is reported, but does not fail the command', async () => {
    const said: string[] = [];
    answer = refused['that the server does not have']?.[0] ?? whole;
    const offer = {
      ...request('offer'),
      env: {},
      progress: (line: string) => void said.push(line),
    };
    await offerFirecracker(offer);
    assert.match(said.at(-1) ?? '', /HTTP status 404.*npm run firecracker.*QEMU runs microVMs/);
    said.length = 0;
    await offerFirecracker({ ...offer, env: { CAPSULE_FIRECRACKER: folder } });
    assert.deepEqual(said, []);
  });

  test('a configured folder takes precedence over the downloaded release', async () => {
    const cache = new Cache(join(folder, 'found'));
    const [ours, other] = [releaseFor('x64'), releaseFor('arm64')];
    assert.equal(await findFirecracker({}, cache, ours), undefined);
    const { path } = await cache.ensure(releaseKey(ours), async () => ({ sizeBytes: 0 }));
    assert.equal(await findFirecracker({}, cache, ours), path);
    assert.equal(await findFirecracker({}, cache, other), undefined);
    assert.equal(await findFirecracker({ CAPSULE_FIRECRACKER: folder }, cache, ours), folder);
  });
});

async function packRelease(folder: string): Promise<Buffer> {
  const tree = join(folder, 'tree');
  for (const path of [...Object.values(programs), ...OTHERS]) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), path);
  }
  await writeFile(join(tree, programs.firecracker), '#!/bin/sh\necho runs\n');
  await chmod(join(tree, programs.firecracker), 0o755);
  const packed = join(folder, 'packed.tgz');
  await run('tar', ['-czf', packed, '-C', tree, ...(await readdir(tree))]);
  return readFile(packed);
}
