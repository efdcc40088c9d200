import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import {
  ARCHIVE_CASES,
  DAMAGED_ARCHIVES,
  describeTree,
  expectedTree,
  makeTree,
  packWithTar,
  rawArchive,
  readTree,
  unpackWithTar,
} from '@capsule/testkit/archives';
import { capsuleFiles, missing } from './binary.ts';
import { createScratch, type Scratch } from './scratch.ts';

const EXACT = { timeStepNs: 1n };
const WHOLE_SECONDS = { timeStepNs: 1_000_000_000n };
const KEPT = { makesSpecials: true, modeMask: 0o7777 };
/** A set-user-ID program must not run as root after the copy. */
const AS_ROOT = { makesSpecials: false, modeMask: 0o1777, owner: { uid: 0, gid: 0 } };

interface Answer {
  readonly status: number | null;
  readonly stderr: string;
  readonly stdout: Buffer;
}

/** Works in a folder as if it were a container's root. */
async function files(
  scratch: Scratch,
  root: string,
  words: readonly string[],
  input?: string,
): Promise<Answer> {
  const place = scratch.path('place');
  mkdirSync(place, { recursive: true });
  const stdin = openSync(input ?? '/dev/null', 'r');
  const args = ['mount', 'bind', root, '', '/', place, 'rw', ...words];
  const { status, stderr, stdout } = spawnSync(capsuleFiles, args, {
    stdio: [stdin, 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
  });
  closeSync(stdin);
  return { status, stderr: stderr.toString(), stdout };
}

/** Packs a folder into a file. */
async function pack(scratch: Scratch, root: string, archive: string, ...more: readonly string[]) {
  const { status, stderr, stdout } = await files(scratch, root, ['pack', '/.', ...more]);
  assert.equal(status, 0, stderr);
  writeFileSync(archive, stdout);
  return warningsOf(stderr, stdout.length);
}

async function unpack(scratch: Scratch, archive: string, root: string, owner: string) {
  mkdirSync(root);
  const { status, stderr } = await files(scratch, root, ['unpack', '/', owner], archive);
  assert.equal(status, 0, stderr);
  return warningsOf(stderr, statSync(archive).size);
}

/** Its last line is the size of the archive, with all that follows the archive's end. */
function warningsOf(stderr: string, bytes: number): string {
  const [, warnings, count] = /^(.*?)bytes\t(\d+)\n$/s.exec(stderr) ?? [];
  assert.equal(Number(count), bytes, stderr);
  return warnings ?? '';
}

/** A program in Python, which can do with attributes what Node cannot. */
function python(script: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script, ...args]);
  assert.equal(status, 0, stderr.toString());
  return stdout.toString();
}

const SET_ATTRIBUTES = `
import os, struct, sys
tree = sys.argv[1]
def entry(tag, rights, number=0xffffffff): return struct.pack('<HHI', tag, rights, number)
access = struct.pack('<I', 2) + entry(1, 7) + entry(2, 6, 1000) + entry(4, 5) + entry(16, 7) + entry(32, 4)
os.setxattr(tree + '/f', 'user.a=b%c', b'\\0\\n=value')
os.setxattr(tree + '/f', 'user.empty', b'')
os.setxattr(tree + '/f', 'security.capability', bytes.fromhex('0100000200040000000000000000000000000000'))
os.setxattr(tree + '/f', 'system.posix_acl_access', access)
os.setxattr(tree + '/d', 'system.posix_acl_default', access)
os.setxattr(tree + '/d', 'trusted.overlay.opaque', b'y')
os.setxattr(tree + '/l', 'trusted.link', b'x', follow_symlinks=False)
os.setxattr(tree, 'user.root', b'r')
`;
const GET_ATTRIBUTES = `
import os, sys
for name in ['', '/f', '/d', '/d/in', '/l']:
    path = sys.argv[1] + name
    for key in sorted(os.listxattr(path, follow_symlinks=False)):
        print(name, key, os.getxattr(path, key, follow_symlinks=False))
`;

describe('capsule-files', { skip: await missing(capsuleFiles), timeout: 300_000 }, () => {
  for (const { name, formats, entries } of ARCHIVE_CASES) {
    test(`reads and writes ${name}`, async () => {
      await using scratch = await createScratch();
      const tree = scratch.path('tree');
      mkdirSync(tree);
      await makeTree(tree, entries);
      for (const format of formats) {
        const archive = scratch.path(`${format}.tar`);
        packWithTar(tree, archive, format);
        const exactness = format.startsWith('posix') ? EXACT : WHOLE_SECONDS;
        for (const [owner, rule] of [
          ['own', KEPT],
          ['root', AS_ROOT],
        ] as const) {
          const out = scratch.path(`${format}-${owner}`);
          const { made, skipped } = expectedTree(entries, rule);
          const warnings = await unpack(scratch, archive, out, owner);
          assert.deepEqual(
            readTree(out, exactness),
            describeTree(made, exactness),
            `${format} ${owner}`,
          );
          assert.equal(warnings.split('\n').length - 1, skipped.length, warnings);
        }
      }
      const archive = scratch.path('ours.tar');
      await pack(scratch, tree, archive);
      await unpack(scratch, archive, scratch.path('ours'), 'fill');
      const wanted = describeTree(expectedTree(entries, KEPT).made, EXACT);
      assert.deepEqual(readTree(scratch.path('ours'), EXACT), wanted);
      const [before, after] = [
        statSync(tree, { bigint: true }),
        statSync(scratch.path('ours'), { bigint: true }),
      ];
      const facts = ({ mode, uid, gid, mtimeNs }: typeof before) => ({ mode, uid, gid, mtimeNs });
      assert.deepEqual(facts(after), facts(before));
      mkdirSync(scratch.path('theirs'));
      unpackWithTar(archive, scratch.path('theirs'));
      assert.deepEqual(readTree(scratch.path('theirs'), EXACT), wanted);
    });
  }

  for (const { name, bytes } of DAMAGED_ARCHIVES) {
    test(`refuses ${name}`, async () => {
      await using scratch = await createScratch();
      const archive = scratch.path('bad.tar');
      writeFileSync(archive, bytes);
      mkdirSync(scratch.path('out'));
      const { status, stderr } = await files(
        scratch,
        scratch.path('out'),
        ['unpack', '/', 'own'],
        archive,
      );
      assert.equal(status, 1);
      assert.match(stderr, /^damaged\t/);
    });
  }

  test('leaves out entries of an unknown type, and links to them', async () => {
    await using scratch = await createScratch();
    const archive = scratch.path('a.tar');
    const bytes = rawArchive(
      { name: 'z', type: 'Z', data: 'x'.repeat(700) },
      { name: 'l', type: '1', fields: [[157, 'z']] },
      { name: 'f', data: 'x' },
    );
    writeFileSync(archive, bytes);
    const warnings = await unpack(scratch, archive, scratch.path('out'), 'own');
    assert.match(warnings, /^warning\tz\tan entry of the unknown type 'Z' is left out\n/);
    assert.equal(warnings.split('\n').length, 3);
    assert.deepEqual(readdirSync(scratch.path('out')), ['f']);
  });

  test('keeps extended attributes, ACLs and capabilities, and GNU tar reads them', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(`${tree}/d`, { recursive: true });
    writeFileSync(`${tree}/f`, 'x');
    writeFileSync(`${tree}/d/in`, 'x');
    spawnSync('ln', ['-s', 'f', `${tree}/l`]);
    python(SET_ATTRIBUTES, tree);
    const wanted = python(GET_ATTRIBUTES, tree);
    const archive = scratch.path('ours.tar');
    await pack(scratch, tree, archive);
    await unpack(scratch, archive, scratch.path('ours'), 'fill');
    assert.equal(python(GET_ATTRIBUTES, scratch.path('ours')), wanted);
    mkdirSync(scratch.path('theirs'));
    const keep = ['--xattrs', '--xattrs-include=*', '--acls', '-xpf', archive];
    const { status, stderr } = spawnSync('tar', ['-C', scratch.path('theirs'), ...keep]);
    assert.deepEqual([status, stderr.toString()], [0, '']);
    assert.equal(python(GET_ATTRIBUTES, scratch.path('theirs')), wanted);
    const other = scratch.path('other.tar');
    const how = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls', '-cf', other, '.'];
    assert.equal(spawnSync('tar', ['-C', tree, ...how]).status, 0);
    await unpack(scratch, other, scratch.path('again'), 'fill');
    assert.equal(python(GET_ATTRIBUTES, scratch.path('again')), wanted);
  });

  test('a hole of a hundred gigabytes takes up no space in the archive or the tree', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(tree);
    spawnSync('truncate', ['-s', '100G', `${tree}/hole`]);
    const archive = scratch.path('ours.tar');
    await pack(scratch, tree, archive);
    assert.ok(statSync(archive).size < 20_000);
    await unpack(scratch, archive, scratch.path('out'), 'own');
    const { size, blocks } = statSync(scratch.path('out', 'hole'));
    assert.deepEqual([size, blocks], [100 * 1024 ** 3, 0]);
  });

  test('sockets are left out with a warning', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(tree);
    writeFileSync(`${tree}/f`, 'x');
    python('import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1] + "/s")', tree);
    const warnings = await pack(scratch, tree, scratch.path('ours.tar'));
    assert.match(warnings, /^warning\t\.\/s\ta socket is left out\n$/);
    const listed = spawnSync('tar', ['-tf', scratch.path('ours.tar')]).stdout.toString();
    assert.equal(listed, './\n./f\n');
  });

  test('files of /proc and /sys are packed with their contents, although their size is 0', async () => {
    await using scratch = await createScratch();
    const place = scratch.path('place');
    mkdirSync(place);
    for (const [path, name] of [
      ['/proc/version', 'version'],
      ['/sys/kernel/mm/transparent_hugepage/enabled', 'enabled'],
      ['/proc/kallsyms', 'kallsyms'],
    ] as const) {
      const args = ['mount', 'bind', '/', '', '/', place, 'rw', 'pack', path];
      const { status, stdout, stderr } = spawnSync(capsuleFiles, args, { maxBuffer: 1 << 28 });
      assert.equal(status, 0, stderr.toString());
      const { stdout: content } = spawnSync('tar', ['-xOf', '-', name], {
        input: stdout,
        maxBuffer: 1 << 28,
      });
      assert.ok(content.equals(readFileSync(path)), path);
    }
  });

  test('a file that becomes shorter while it is read is reported', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(tree);
    mkdirSync(scratch.path('place'));
    writeFileSync(`${tree}/log`, Buffer.alloc(16 * 1024 ** 2, 1));
    const args = ['mount', 'bind', tree, '', '/', scratch.path('place'), 'ro', 'pack', '/log'];
    const packing = spawn(capsuleFiles, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaint = text(packing.stderr);
    const pieces: Buffer[] = [];
    for await (const piece of packing.stdout) {
      // It waits for its reader, far from the end.
      if (pieces.length === 0) truncateSync(`${tree}/log`, 4 * 1024 ** 2);
      pieces.push(piece as Buffer);
    }
    const gone = 12 * 1024 ** 2;
    const reason = `it became shorter by ${gone} bytes, which are zeros there`;
    const archive = Buffer.concat(pieces);
    assert.equal(warningsOf(await complaint, archive.length), `warning\tlog\t${reason}\n`);
    const { stdout } = spawnSync('tar', ['-tvf', '-'], { input: archive });
    assert.match(stdout.toString(), / 16777216 .* log\n$/);
  });

  test('a tree may have any depth', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(tree);
    const dig =
      'import os, sys\nos.chdir(sys.argv[1])\nfor n in range(3000):\n    os.mkdir("deep"); os.chdir("deep")\nopen("leaf", "w").write("x")';
    python(dig, tree);
    await pack(scratch, tree, scratch.path('ours.tar'));
    await unpack(scratch, scratch.path('ours.tar'), scratch.path('out'), 'own');
    const climb =
      'import os, sys\nos.chdir(sys.argv[1])\nfor n in range(3000): os.chdir("deep")\nprint(open("leaf").read())';
    assert.equal(python(climb, scratch.path('out')), 'x\n');
    // Node's own removal takes no paths that are so long.
    spawnSync('rm', ['-rf', tree, scratch.path('out')]);
  });

  test('no link leads out of the root, and the folder behind a link stays a folder', async () => {
    await using scratch = await createScratch();
    const [source, out] = [scratch.path('source'), scratch.path('out')];
    mkdirSync(`${source}/lib`, { recursive: true });
    writeFileSync(`${source}/lib/f`, 'new');
    mkdirSync(`${out}/usr/lib`, { recursive: true });
    spawnSync('ln', ['-s', 'usr/lib', `${out}/lib`]);
    packWithTar(source, scratch.path('a.tar'), 'posix');
    const { status } = await files(scratch, out, ['unpack', '/', 'own'], scratch.path('a.tar'));
    assert.equal(status, 0);
    assert.equal(readFileSync(`${out}/usr/lib/f`, 'utf8'), 'new');
    const upward = scratch.path('up.tar');
    const how = ['-P', '-cf', upward, '--transform', 's,^,../../,', 'f'];
    spawnSync('tar', ['-C', `${source}/lib`, ...how]);
    const answer = await files(scratch, out, ['unpack', '/', 'own'], upward);
    assert.match(answer.stderr, /^refused\t\.\.\/\.\.\/f\t/);
  });

  test('a mount in the tree is neither read nor written, on any path to it', async () => {
    await using scratch = await createScratch();
    const [source, out] = [scratch.path('source'), scratch.path('out')];
    const tree = 'mkdir -p data/sub bare && echo kept >data/sub/f && echo kept >bound';
    const links = 'ln -s data way && ln -s /data/sub deep && ln -s ../data/sub/new bare/end';
    spawnSync('sh', ['-c', `mkdir "$1" && cd "$1" && ${tree} && ${links}`, 'sh', out]);
    const mounts = ['/data', '/bound', '/not/there', '/way'];
    const without = mounts.flatMap((path) => ['without', path]);
    const at = (...words: string[]) => files(scratch, out, [...without, ...words]);
    const archived = async (make: string, target = '/') => {
      spawnSync('sh', ['-c', `rm -rf "$1"; mkdir "$1" && cd "$1" && ${make}`, 'sh', source]);
      packWithTar(source, scratch.path('a.tar'), 'posix');
      const words = [...without, 'unpack', target, 'own'];
      return files(scratch, out, words, scratch.path('a.tar'));
    };
    const REFUSED = /^unmounted\t/;
    const paths = [
      '/data',
      '/data/sub/f',
      '/bound',
      '/way',
      '/way/x',
      '/deep',
      '/deep/x',
      '/bare/end',
    ];
    for (const path of paths) {
      assert.match((await at('look', path)).stderr, REFUSED, path);
      assert.match((await at('pack', path)).stderr, REFUSED, path);
      assert.match((await archived('echo new >x', path)).stderr, REFUSED, path);
    }
    assert.match((await at('pack', '/.')).stderr, REFUSED);
    const names = [
      'mkdir -p data/sub && echo x >data/sub/f',
      'mkdir data',
      'echo x >data',
      'echo x >bound',
    ];
    for (const make of [...names, 'mkdir way && echo x >way/f', 'mkdir -p not/there']) {
      assert.match((await archived(make)).stderr, REFUSED, make);
    }
    spawnSync('rmdir', [`${out}/not/there`]);
    const { status, stderr } = await archived(
      'mkdir bare etc && echo new >bare/f && echo x >etc/f',
    );
    assert.equal(status, 0, stderr);
    assert.equal((await at('look', '/bare/f')).status, 0);
    assert.equal((await at('pack', '/bare')).status, 0);
    assert.equal(readFileSync(`${out}/data/sub/f`, 'utf8'), 'kept\n');
    assert.equal(readFileSync(`${out}/bound`, 'utf8'), 'kept\n');
    assert.equal(spawnSync('ls', [`${out}/data/sub`]).stdout.toString(), 'f\n');
  });

  test('no file replaces a device or named pipe', async () => {
    await using scratch = await createScratch();
    const [source, out] = [scratch.path('source'), scratch.path('out')];
    mkdirSync(source);
    mkdirSync(out);
    for (const name of ['null', 'pipe']) writeFileSync(`${source}/${name}`, 'x');
    spawnSync('mknod', [`${out}/null`, 'c', '1', '3']);
    spawnSync('mkfifo', [`${out}/pipe`]);
    for (const name of ['null', 'pipe']) {
      const archive = scratch.path('a.tar');
      spawnSync('tar', ['-C', source, '-cf', archive, name]);
      for (const owner of ['own', 'root']) {
        const { status, stderr } = await files(scratch, out, ['unpack', '/', owner], archive);
        assert.equal(status, 1);
        assert.match(stderr, /^refused\t(null|pipe)\ta device, named pipe or socket is in the way/);
      }
    }
    assert.ok(statSync(`${out}/null`).isCharacterDevice() && statSync(`${out}/pipe`).isFIFO());
  });

  test('a folder replaces no existing file, but replaces a file of the same archive', async () => {
    await using scratch = await createScratch();
    const [first, second, out] = [scratch.path('1'), scratch.path('2'), scratch.path('out')];
    for (const folder of [first, second, out]) mkdirSync(folder);
    for (const name of ['file', 'link']) {
      mkdirSync(`${second}/${name}`);
      writeFileSync(`${second}/${name}/in`, 'new\n');
    }
    writeFileSync(`${first}/file`, 'old\n');
    symlinkSync('nowhere', `${first}/link`);
    const [archive, added] = [scratch.path('a.tar'), scratch.path('added.tar')];
    spawnSync('tar', ['-C', second, '-cf', archive, 'file', 'link']);
    spawnSync('tar', ['-C', first, '-cf', added, 'file', 'link']);
    spawnSync('tar', ['-C', second, '-rf', added, 'file', 'link']);
    for (const owner of ['own', 'root']) {
      for (const name of ['file', 'link']) {
        const into = scratch.path(`${owner}-${name}`);
        mkdirSync(into);
        spawnSync('cp', ['-a', `${first}/${name}`, into]);
        const { status, stderr } = await files(scratch, into, ['unpack', '/', owner], archive);
        assert.equal(status, 1);
        assert.match(stderr, new RegExp(`^not-a-folder\\t${name}\\t`));
        assert.ok(!lstatSync(`${into}/${name}`).isDirectory());
      }
      await unpack(scratch, added, scratch.path(owner), owner);
      assert.equal(readFileSync(scratch.path(`${owner}/link/in`), 'utf8'), 'new\n');
    }
    spawnSync('cp', ['-a', `${first}/.`, out]);
    const { status, stderr } = await files(scratch, out, ['unpack', '/', 'fill'], archive);
    assert.equal(status, 0, stderr);
  });

  test('computes the space that an archive needs, and its owner', async () => {
    await using scratch = await createScratch();
    const tree = scratch.path('tree');
    mkdirSync(tree);
    spawnSync('truncate', ['-s', '1G', `${tree}/hole`]);
    writeFileSync(`${tree}/f`, Buffer.alloc(5000, 1));
    await pack(scratch, tree, scratch.path('ours.tar'), String(64 * 1024 ** 2));
    const measured = (archive: string) => {
      const stdin = openSync(archive, 'r');
      const { stdout } = spawnSync(capsuleFiles, ['measure'], {
        stdio: [stdin, 'pipe', 'inherit'],
      });
      closeSync(stdin);
      return Object.fromEntries(
        stdout
          .toString()
          .trim()
          .split('\n')
          .map((line) => line.split('=')),
      );
    };
    const ours = measured(scratch.path('ours.tar'));
    assert.deepEqual([ours.entries, ours.volume], ['3', String(64 * 1024 ** 2)]);
    assert.ok(Number(ours.bytes) > 12_000 && Number(ours.bytes) < 20_000, ours.bytes);
    packWithTar(tree, scratch.path('gnu.tar'), 'gnu');
    assert.equal(measured(scratch.path('gnu.tar')).volume, '0');
    assert.equal(spawnSync('tar', ['-tf', scratch.path('ours.tar')]).stderr.toString(), '');
  });
});
