import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { difference, footprint, names } from '../lab/footprint.ts';
import { pushStay, stayingWith } from '../lab/stay.ts';
import { until } from '../lab/until.ts';
import { AS_ROOT, runWorkload } from '../lab/workload.ts';
import { errorCodeOf } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
/** capsuled is killed whenever so much more has come. */
const STEP_BYTES = 15_000_000;
const LIMIT_MS = 100_000;

let lab: Lab;
let folder: string;
const volume = (...args: readonly string[]) => lab.capsulectl('volume', ...args);
const done = async (...args: readonly string[]) => (await capsulectl(lab, args)).stdout;
const sh = async (name: string, script: string) =>
  done('workload', 'exec', name, '--', 'sh', '-c', script);
/**
 * Everything that a restore must return: content, owners, modes, times, links, names. A file without blocks
 * contains only zeros.
 */
const DIGEST =
  'cd /data && stat -c "%u:%g %a" . && find . -print0 | sort -z | ' +
  'xargs -0 stat -c "%n %u:%g %a %Y %F %h %t:%T" | grep -v "^\\. " && ' +
  'find . -type f -name hole -exec stat -c "%n %s %b" {} + && ' +
  'find . -type f ! -name hole -print0 | sort -z | xargs -0 sha256sum';
/** The id that capsulectl uses for an upload of the file. */
const uploadOf = async (file: string) => {
  const { size, mtimeMs } = await stat(file);
  const hash = createHash('sha256').update(`${size} ${mtimeMs} `);
  return hash.update((await readFile(file)).subarray(0, 1024 * 1024)).digest('hex');
};
const touched = async (file: string) => {
  await writeFile(file, '');
  return file;
};
/** Some of its files belong to other users. */
const asRootWith = (name: string) => ({ ...stayingWith(name), ...AS_ROOT });
const digestOf = async (name: string) => {
  await runWorkload(lab, 'looker', asRootWith(name));
  const text = await sh('looker', DIGEST);
  await done('workload', 'delete', 'looker');
  return text;
};

async function drill(format: string, flags: readonly string[]): Promise<void> {
  const file = join(folder, `data.${format}.zst`);
  const told = await done('volume', 'export', 'data', ...flags, '-o', file);
  const sha256 = /sha256 of its content: ([0-9a-f]{64})/.exec(told)?.[1];
  const { stdout } = await run('sh', ['-c', `zstd -dcq "$0" | sha256sum`, file]);
  assert.equal(stdout.slice(0, 64), sha256);
  await done('workload', 'delete', 'writer');
  const wanted = await digestOf('data');
  await done('volume', 'delete', 'data');
  await done('volume', 'import', 'data', file);
  assert.match(await done('volume', 'get', 'data'), /128 ?MiB/);
  assert.equal(await digestOf('data'), wanted);
  await runWorkload(lab, 'writer', asRootWith('data'));
  assert.equal(errorCodeOf(await volume('import', 'data', file)), 'VOLUME_EXISTS');
  assert.deepEqual(await readdir(folder), [`data.${format}.zst`]);
  await rm(file);
  assert.deepEqual(await names(lab, '/perm/uploads'), []);
}

suite('export and import of volumes', { concurrency: false }, () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'transfer-'));
    lab = await startLab({ images: [] });
    await pushStay(lab);
    await done('volume', 'create', '--size', '128MiB', 'data');
    await runWorkload(lab, 'writer', asRootWith('data'));
    await sh(
      'writer',
      'cd /data && mkdir -p a/b && head -c 30000000 /dev/urandom > a/noise && ' +
        'head -c 5000000 /dev/zero > a/zeros && echo hello > "a/b/with space" && ' +
        'ln a/b/with\\ space a/hard && ln -s /etc/passwd a/soft && mkfifo a/pipe && ' +
        'chown -R 1000:1001 a && chmod 4750 a/noise && touch -d 2001-02-03 a/b/with\\ space && ' +
        'mknod a/whiteout c 0 0 && truncate -s 2G a/hole && touch a/hole "$(printf "a/caf\\351")" && ' +
        'chmod 0 a/b && chown 1000:1000 . && chmod 2770 .',
    );
  }, BOUND);
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, BOUND);

  test('a restored image is identical to the backup', BOUND, () => drill('img', []));
  test('restored files are identical to the backup', BOUND, () => drill('tar', ['--tar']));

  test('an export and an import continue if capsuled is killed meanwhile', BOUND, async (t) => {
    const file = join(folder, 'cut.img.zst');
    await done('volume', 'create', '--size', '96MiB', 'large');
    await runWorkload(lab, 'filler', asRootWith('large'));
    await sh('filler', 'head -c 75000000 /dev/urandom > /data/noise');
    await done('workload', 'delete', 'filler');
    const cut = async (work: Promise<{ exitCode: number; stderr: string }>, at: string) => {
      let kills = 0;
      let isOver = false;
      const killing = (async () => {
        while (kills < 3) {
          await until('more of it', LIMIT_MS, async () => {
            const size = (await stat(at).catch(() => undefined))?.size ?? 0;
            return isOver || size >= (kills + 1) * STEP_BYTES;
          });
          if (isOver) return;
          await lab.killCapsuled();
          kills += 1;
          await lab.ready();
        }
      })();
      const { exitCode, stderr } = await work.finally(() => {
        isOver = true;
      });
      await killing;
      assert.equal(exitCode, 0, stderr);
      t.diagnostic(`${kills} kills`);
      assert.ok(kills > 0);
    };
    await cut(volume('export', 'large', '-o', file), `${file}.part`);
    const uploads = pathOf(lab, '/perm/uploads');
    const id = (await uploadOf(file)).slice(0, 32);
    await cut(volume('import', 'cut', file), join(uploads, `cut@${id}.upload`));
    assert.equal(await digestOf('cut'), await digestOf('large'));
    await done('volume', 'delete', 'cut', 'large');
    await rm(file);
  });

  test('the next export continues one whose client was killed', BOUND, async () => {
    const kept = join(folder, 'kept.img.zst');
    await done('volume', 'snapshot', 'data@kept');
    await done('volume', 'export', 'data@kept', '-o', kept);
    const whole = await readFile(kept);
    const files = await names(lab, '/perm/volumes');
    assert.ok(
      files.every((name) => !name.includes('@export-')),
      files.join(),
    );
    const notes = { volume: 'data', snapshot: 'kept', format: 'image', exportId: 'kept' };
    await rm(kept);
    await writeFile(`${kept}.part`, whole.subarray(0, 9_000_000));
    await writeFile(`${kept}.part.json`, JSON.stringify(notes));
    const { stderr, stdout } = await capsulectl(lab, ['volume', 'export', 'data@kept', '-o', kept]);
    assert.match(stderr, /resuming at [\d.]+ MiB/);
    assert.match(stdout, /written/);
    assert.deepEqual(await readFile(kept), whole);
    await done('volume', 'import', 'twin', kept);
    await done('volume', 'delete', 'twin', 'data@kept');
    await rm(kept);
  });

  test('a file that is not a volume is refused, and no volume is created', BOUND, async () => {
    const clean = await footprint(lab);
    const refused = async (content: Buffer, code: string) => {
      const file = join(folder, 'bad');
      await writeFile(file, content);
      const answer = await volume('import', 'bad', file);
      assert.equal(errorCodeOf(answer), code, answer.stderr);
      await rm(file);
    };
    const image = join(folder, 'image');
    await truncate(image, 0).catch(() => writeFile(image, ''));
    await truncate(image, 32 * 1024 * 1024);
    await run('mkfs.ext4', ['-q', '-F', image]);
    const good = await readFile(image);
    await rm(image);
    await refused(Buffer.alloc(0), 'TRANSFER_UNKNOWN_FORMAT');
    await refused(Buffer.from('hello'), 'TRANSFER_UNKNOWN_FORMAT');
    await refused(zstdCompressSync(Buffer.from('hello')), 'TRANSFER_UNKNOWN_FORMAT');
    await refused(zstdCompressSync(good).subarray(0, 2000), 'TRANSFER_DAMAGED');
    const spoilt = Buffer.from(good);
    spoilt.fill(0xff, 1024 + 60, 1024 + 1024);
    await refused(spoilt, 'VOLUME_IMAGE_INVALID');
    const escaping = join(folder, 'escaping.tar');
    await run('tar', [
      '-C',
      '/etc',
      '-P',
      '-cf',
      escaping,
      '--transform',
      's,^,../../,',
      'hostname',
    ]);
    const tar = await volume('import', 'bad', escaping);
    assert.notEqual(tar.exitCode, 0, tar.stdout);
    await rm(escaping);
    assert.equal((await volume('get', 'bad')).exitCode, 3);
    assert.deepEqual(difference(clean, await footprint(lab)), []);
  });

  test('an import from standard input keeps everything that GNU tar keeps', BOUND, async () => {
    const tree = join(folder, 'tree');
    await mkdir(tree);
    await chown(tree, 1000, 1000);
    await truncate(await touched(join(tree, 'hole')), 3_000_000);
    const tar = join(folder, 'tree.tar');
    await run('tar', ['-C', tree, '--sparse', '--format=posix', '-cf', tar, '.']);
    const input = await readFile(tar);
    const answer = await capsulectl(lab, ['volume', 'import', '--size', '16MiB', 'piped', '-'], {
      input,
    });
    assert.match(answer.stdout, /piped imported, 16 MiB/);
    await runWorkload(lab, 'reader', asRootWith('piped'));
    const seen = await sh(
      'reader',
      'cd /data && stat -c "%u:%g" . && stat -c "%n %s" * && du -k hole',
    );
    assert.equal(seen, '1000:1000\nhole 3000000\n0\thole\n');
    await done('workload', 'delete', 'reader');
    await done('volume', 'delete', 'piped');
    await rm(tar);
    await rm(tree, { recursive: true });
  });

  test('a tar archive of another program can be imported', BOUND, async () => {
    const file = join(folder, 'other.tar.gz');
    await run('tar', ['-C', import.meta.dirname, '-czf', file, 'README.md']);
    await done('volume', 'import', '--size', '64MiB', 'other', file);
    await runWorkload(lab, 'reader', asRootWith('other'));
    const readme = await readFile(join(import.meta.dirname, 'README.md'));
    const digest = createHash('sha256').update(readme).digest('hex');
    assert.ok((await sh('reader', 'sha256sum /data/README.md')).startsWith(digest));
    await done('workload', 'delete', 'reader');
    await done('volume', 'delete', 'other');
    assert.ok((await readdir(pathOf(lab, '/perm/volumes'))).includes('data.img'));
  });
});
