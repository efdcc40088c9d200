import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOciLayout } from './oci-layout.ts';

async function scratch() {
  const path = await mkdtemp(join(tmpdir(), 'capsule-oci-'));
  const remove = () => rm(path, { recursive: true, force: true });
  return { path, [Symbol.asyncDispose]: remove };
}

async function layoutOf(base: string, name: string, time: number): Promise<string> {
  const tree = join(base, `tree-${name}`);
  await mkdir(join(tree, 'bin'), { recursive: true });
  await writeFile(join(tree, 'bin/tool'), 'x', { mode: 0o755 });
  await symlink('tool', join(tree, 'bin/link'));
  await utimes(join(tree, 'bin/tool'), time, time);
  const layout = join(base, `layout-${name}`);
  const config = { Cmd: ['/bin/tool'] };
  await writeOciLayout({ tree, architecture: 'x64', config, names: ['a.example/b:1'] }, layout);
  return layout;
}

test('the same tree has the same digests, regardless of the times of its files', async () => {
  await using place = await scratch();
  const [one, two] = [await layoutOf(place.path, '1', 1000), await layoutOf(place.path, '2', 2000)];
  const blobs = (layout: string) => readdir(join(layout, 'blobs/sha256'));
  assert.deepEqual(await blobs(one), await blobs(two));
});

test('each blob is named by its digest, and the manifest refers to all blobs', async () => {
  await using place = await scratch();
  const layout = await layoutOf(place.path, '1', 1000);
  const read = (digest: string) =>
    readFile(join(layout, 'blobs/sha256', digest.replace('sha256:', '')));
  for (const name of await readdir(join(layout, 'blobs/sha256'))) {
    assert.equal(
      createHash('sha256')
        .update(await read(name))
        .digest('hex'),
      name,
    );
  }
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
  assert.equal(index.manifests[0].annotations['io.containerd.image.name'], 'a.example/b:1');
  const manifest = JSON.parse(String(await read(index.manifests[0].digest)));
  const config = JSON.parse(String(await read(manifest.config.digest)));
  assert.equal(config.architecture, 'amd64');
  assert.deepEqual(config.config, { Cmd: ['/bin/tool'] });
  assert.equal((await read(manifest.layers[0].digest)).length, manifest.layers[0].size);
});
