import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ImageSource, RunAtRoot } from '../../image/image-source.ts';
import { ImageDisks } from './image-disks.ts';

const ROOT = '/layers';
const asPath = async (path: string) => path;

test('a disk is made once, with everything in the layers, and found again', async (t) => {
  const { disks, commands } = await open(t, async ([, , disk = ''], chainId) =>
    writeFile(disk, chainId),
  );
  const [one, same, other] = await Promise.all([
    disks.use('web:1', 'chain-a', asPath),
    disks.use('web:1', 'chain-a', asPath),
    disks.use('db:1', 'chain-b', asPath),
  ]);
  assert.equal(one, same);
  assert.equal(await readFile(one, 'utf8'), 'chain-a');
  assert.equal(await readFile(other, 'utf8'), 'chain-b');
  assert.equal(await disks.use('web:1', 'chain-a', asPath), one);
  assert.deepEqual(
    commands.map(([program, , , root]) => [program, root]),
    [
      ['mkfs.erofs', ROOT],
      ['mkfs.erofs', ROOT],
    ],
  );
});

test('a disk that cannot be made leaves nothing, and the error has the reason', async (t) => {
  const { disks, folder } = await open(t, async ([, , disk = '']) => {
    await writeFile(disk, 'half');
    throw Object.assign(new Error('failed'), { facts: { stderr: 'no space left\n' } });
  });
  await assert.rejects(disks.use('web:1', 'chain-a', asPath), {
    code: 'MICROVM_NO_IMAGE_DISK',
    facts: { image: 'web:1', detail: 'no space left' },
  });
  assert.deepEqual(await readdir(folder), []);
});

test('a failure of the image source is not reported as one of the disk', async (t) => {
  const failure = new TypeError('the connection is lost');
  const source = { withLayers: () => Promise.reject(failure) };
  const disks = new ImageDisks(source, await makeFolder(t));
  await assert.rejects(disks.use('web:1', 'chain-a', asPath), failure);
});

test('disks of removed images are removed, together with unfinished ones', async (t) => {
  const { disks, folder } = await open(t, async ([, , disk = '']) => writeFile(disk, 'x'));
  assert.deepEqual(await disks.list(), []);
  const kept = await disks.use('web:1', 'chain-a', asPath);
  const gone = await disks.use('db:1', 'chain-b', asPath);
  await writeFile(`${gone}.new`, 'half');
  assert.deepEqual((await disks.list()).toSorted(), [kept, gone, `${gone}.new`].toSorted());
  await disks.prune(await disks.list(), async (path) => path === kept);
  assert.deepEqual(
    (await readdir(folder)).map((name) => join(folder, name)),
    [kept],
  );
});

test('a disk that comes into use while others are pruned is kept', async (t) => {
  const { disks } = await open(t, async ([, , disk = '']) => writeFile(disk, 'x'));
  const path = await disks.use('web:1', 'chain-a', asPath);
  const used = new Set<string>();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const using = disks.use('web:1', 'chain-a', async (disk) => {
    begun.resolve();
    await goOn.promise;
    used.add(disk);
  });
  await begun.promise;
  const pruned = disks.prune([path], async (disk) => used.has(disk));
  goOn.resolve();
  await Promise.all([using, pruned]);
  assert.deepEqual(await disks.list(), [path]);
});

type Make = (command: readonly string[], chainId: string) => Promise<void>;

/** Returns disks from a source whose programs are `make`. */
async function open(t: TestContext, make: Make) {
  const commands: (readonly string[])[] = [];
  const source: Pick<ImageSource, 'withLayers'> = {
    withLayers: (chainId, use) => {
      const run: RunAtRoot = (command) => {
        commands.push(command(ROOT));
        return make(command(ROOT), chainId);
      };
      return use(run);
    },
  };
  const folder = await makeFolder(t);
  return { disks: new ImageDisks(source, folder), folder, commands };
}

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-disks-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
