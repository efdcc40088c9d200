import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { entry, makeTree } from '@capsule/testkit/archives';
import { type FakeCapsule, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { folderWorkload, plant } from '../../testing/folder-workload.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const MIB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;

interface Both {
  /** A folder of this machine, and what is `web:/`. */
  readonly here: string;
  readonly there: string;
  readonly capsule: FakeCapsule;
  cp(...words: readonly string[]): ReturnType<typeof runCapsulectl>;
}

async function withBoth(use: (both: Both) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'cp-'));
  const [here, there] = [join(root, 'here'), join(root, 'there')];
  mkdirSync(here);
  mkdirSync(there);
  try {
    await using capsule = await startFakeCapsule(folderWorkload(there));
    const cp = (...words: readonly string[]) =>
      runCapsulectl(['cp', '-q', ...words], { target: capsule.target });
    await use({ here, there, capsule, cp });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

for (const end of ['/', '/.', '//']) {
  test(`a file that is named with ${end} is no folder, as source and target, on both sides`, async () => {
    await withBoth(async ({ here, there, cp }) => {
      for (const folder of [here, there]) {
        plant(folder, 'f');
        symlinkSync('f', join(folder, 'link'));
        mkdirSync(join(folder, 'd'));
      }
      for (const name of ['f', 'link']) {
        for (const answer of [
          await cp(`web:/${name}${end}`, here),
          await cp(`${join(here, name)}${end}`, 'web:/d'),
          await cp('web:/f', `${join(here, 'f')}${end}`),
          await cp(join(here, 'f'), `web:/f${end}`),
        ]) {
          assert.equal(answer.exitCode, 2, answer.stderr);
          assert.match(answer.stderr, /is not a folder/);
        }
      }
      const missing = await cp(`web:/no${end}`, here);
      assert.deepEqual([missing.exitCode, /does not exist/.test(missing.stderr)], [3, true]);
    });
  });
}

const SPECIALS = [
  entry('fifo', 'pipe'),
  entry('socket', 'socket'),
  ...(isRoot
    ? [entry('char', 'null', { device: [1, 3] }), entry('block', 'loop', { device: [7, 99] })]
    : []),
];

for (const special of SPECIALS) {
  const name = Buffer.from(special.name).toString();
  test(`a ${special.type} as target is refused, on both sides, and stays`, async () => {
    await withBoth(async ({ here, there, cp }) => {
      for (const folder of [here, there]) {
        await makeTree(folder, [special]);
        symlinkSync(name, join(folder, 'link'));
        plant(folder, 'f');
      }
      for (const target of [name, 'link']) {
        const out = await cp('web:/f', join(here, target));
        const into = await cp(join(here, 'f'), `web:/${target}`);
        for (const { exitCode, stderr } of [out, into]) {
          assert.equal(exitCode, 2);
          assert.match(stderr, /is a device, a FIFO or a socket/);
        }
      }
      for (const folder of [here, there]) assert.ok(!lstatSync(join(folder, name)).isFile());
    });
  });

  test(`a ${special.type} in the way of a file in a folder is refused, and stays`, async () => {
    await withBoth(async ({ here, there, cp }) => {
      mkdirSync(join(there, 'd'));
      plant(join(there, 'd'), name);
      mkdirSync(join(here, 'd'));
      await makeTree(join(here, 'd'), [special]);
      const { exitCode, stderr } = await cp('web:/d', here);
      assert.equal(exitCode, 2);
      assert.match(stderr, new RegExp(`d/${name} exists and cannot be replaced`));
      assert.ok(!lstatSync(join(here, 'd', name)).isFile());
    });
  });
}

test('FIFOs, sockets and devices are left out with a warning, the rest is copied', async () => {
  await withBoth(async ({ here, there, cp }) => {
    for (const folder of [here, there]) {
      mkdirSync(join(folder, 'd'));
      plant(join(folder, 'd'), 'a');
      await makeTree(join(folder, 'd'), SPECIALS);
      plant(join(folder, 'd'), 'z');
    }
    const into = await cp(join(here, 'd'), 'web:/in');
    const out = await cp('web:/d', join(here, 'out'));
    assert.deepEqual([into.exitCode, out.exitCode], [0, 0]);
    assert.deepEqual(readdirSync(join(there, 'in')), ['a', 'z']);
    assert.deepEqual(readdirSync(join(here, 'out')), ['a', 'z']);
    assert.match(into.stderr, /warning: .*\/pipe is a FIFO and was left out/);
    assert.match(into.stderr, /warning: .*\/socket is a socket and was left out/);
    assert.match(out.stderr, /warning: .*pipe is a FIFO and was left out/);
    const lone = await cp(join(here, 'd/pipe'), 'web:/lone');
    assert.equal(lone.exitCode, 2);
  });
});

test('--archive makes FIFOs and devices, keeps all bits of modes, and can be repeated', async () => {
  await withBoth(async ({ here, there, cp }) => {
    const tree = [
      ...SPECIALS.filter(({ type }) => type !== 'socket'),
      entry('file', 'set', { mode: 0o6755 }),
      entry('folder', 'sticky', { mode: 0o1777 }),
      entry('file', 'none', { mode: 0 }),
    ];
    for (const folder of [here, there]) {
      mkdirSync(join(folder, 'd'));
      await makeTree(join(folder, 'd'), tree);
    }
    const modes = (folder: string) =>
      tree.map(({ name }) => lstatSync(join(folder, Buffer.from(name).toString())).mode);
    for (const turn of [1, 2]) {
      const into = await cp('-a', `${here}/d/.`, 'web:/in/');
      const out = await cp('-a', 'web:/d/.', `${here}/out/`);
      assert.deepEqual(
        [into.exitCode, out.exitCode],
        [0, 0],
        `${turn} ${into.stderr}${out.stderr}`,
      );
      assert.deepEqual(modes(join(there, 'in')), modes(join(here, 'd')));
      assert.deepEqual(modes(join(here, 'out')), modes(join(there, 'd')));
    }
  });
});

/** A link as target, what it leads to before, and where the file is then. */
const LINKS: readonly (readonly [link: string, before: string | undefined, file: string])[] = [
  ['old', 'old', 'old'],
  ['sub/old', 'sub/old', 'sub/old'],
  ['dangling', undefined, 'dangling'],
  ['sub/new', undefined, 'sub/new'],
  ['sub', undefined, 'sub/f'],
  ['chain', 'old', 'old'],
];

for (const [leadsTo, before, file] of LINKS) {
  test(`a link to ${leadsTo} as target is followed, on both sides`, async () => {
    await withBoth(async ({ here, there, cp }) => {
      for (const folder of [here, there]) {
        mkdirSync(join(folder, 'sub'));
        mkdirSync(join(folder, 'from'));
        plant(join(folder, 'from'), 'f');
        if (before !== undefined) plant(folder, before);
        symlinkSync('old', join(folder, 'chain'));
        symlinkSync(leadsTo, join(folder, 'link'));
      }
      const out = await cp('web:/from/f', join(here, 'link'));
      const into = await cp(join(here, 'from/f'), 'web:/link');
      assert.deepEqual([out.exitCode, into.exitCode], [0, 0], out.stderr + into.stderr);
      for (const folder of [here, there]) {
        assert.equal(readlinkSync(join(folder, 'link')), leadsTo);
        assert.equal(readFileSync(join(folder, file), 'utf8'), 'f');
      }
    });
  });
}

test('a link to a folder that is not there, and links in a circle, are errors', async () => {
  await withBoth(async ({ here, there, cp }) => {
    for (const folder of [here, there]) {
      plant(folder, 'f');
      symlinkSync('no/such', join(folder, 'far'));
      symlinkSync('circle', join(folder, 'circle'));
    }
    for (const [target, exitCode] of [
      ['far', 3],
      ['circle', 2],
    ] as const) {
      assert.equal((await cp('web:/f', join(here, target))).exitCode, exitCode, target);
      assert.equal((await cp(join(here, 'f'), `web:/${target}`)).exitCode, exitCode, target);
    }
  });
});

test('a link as source is copied as one, also one that leads to nothing', async () => {
  await withBoth(async ({ here, there, cp }) => {
    for (const folder of [here, there]) {
      mkdirSync(join(folder, 'd'));
      symlinkSync('no/such', join(folder, 'dangling'));
      symlinkSync('d', join(folder, 'to-folder'));
    }
    for (const name of ['dangling', 'to-folder']) {
      assert.equal((await cp(join(here, name), `web:/in-${name}`)).exitCode, 0, name);
      assert.equal((await cp(`web:/${name}`, join(here, `out-${name}`))).exitCode, 0, name);
      const target = readlinkSync(join(here, name));
      assert.equal(readlinkSync(join(there, `in-${name}`)), target);
      assert.equal(readlinkSync(join(here, `out-${name}`)), target);
    }
    plant(join(here, 'd'), 'f');
    assert.equal((await cp(`${here}/to-folder/`, 'web:/whole')).exitCode, 0);
    assert.equal(readFileSync(join(there, 'whole/f'), 'utf8'), 'f');
  });
});

test('.. is copied under the name of the folder that it is', async () => {
  await withBoth(async ({ here, there, cp }) => {
    mkdirSync(join(here, 'top/inner'), { recursive: true });
    plant(join(here, 'top'), 'f');
    mkdirSync(join(there, 'top/inner'), { recursive: true });
    plant(join(there, 'top'), 'f');
    mkdirSync(join(there, 'to'));
    mkdirSync(join(here, 'to'));
    const into = await cp(`${join(here, 'top/inner')}/..`, 'web:/to');
    const out = await cp('web:/top/inner/..', join(here, 'to'));
    assert.deepEqual([into.exitCode, out.exitCode], [0, 0], into.stderr + out.stderr);
    assert.deepEqual(readdirSync(join(there, 'to/top')), ['f', 'inner']);
    assert.deepEqual(readdirSync(join(here, 'to/top')), ['f', 'inner']);
  });
});

test('names that are not UTF-8 go both ways', async () => {
  await withBoth(async ({ here, there, cp }) => {
    const names = ['caf\xe9', '\xff\xfe'].map((text) => Buffer.from(text, 'latin1'));
    for (const folder of [here, there]) {
      mkdirSync(join(folder, 'd'));
      for (const name of names)
        writeFileSync(Buffer.concat([Buffer.from(`${folder}/d/`), name]), 'x');
    }
    assert.equal((await cp(join(here, 'd'), 'web:/in')).exitCode, 0);
    assert.equal((await cp('web:/d', join(here, 'out'))).exitCode, 0);
    for (const folder of [join(there, 'in'), join(here, 'out')]) {
      assert.deepEqual(readdirSync(folder, { encoding: 'buffer' }), names);
    }
  });
});

test('files of /proc are copied with what they hold', {
  skip: !existsSync('/proc/version'),
}, async () => {
  await withBoth(async ({ there, cp }) => {
    assert.equal((await cp('/proc/version', 'web:/version')).exitCode, 0);
    assert.equal(
      readFileSync(join(there, 'version'), 'utf8'),
      readFileSync('/proc/version', 'utf8'),
    );
  });
});

test('a name that this machine does not take is named, with the reason', async () => {
  await withBoth(async ({ here, there, cp }) => {
    plant(there, 'f');
    const long = 'n'.repeat(300);
    for (const words of [
      ['web:/f', join(here, long)],
      [join(here, long), 'web:/f'],
    ]) {
      const { exitCode, stderr } = await cp(...words);
      assert.equal(exitCode, 2);
      assert.match(stderr, /n{300} cannot be (read|written): the name or path is too long/);
    }
  });
});

test('a disk that is full is named as that', { skip: !isRoot }, async () => {
  await withBoth(async ({ here, there, cp }) => {
    plant(there, 'big');
    truncateSync(join(there, 'big'), 1024 * 1024);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'small', here]);
    assert.equal(mounted.status, 0);
    try {
      const full = await cp('web:/big', join(here, 'f'));
      assert.equal(full.exitCode, 2);
      assert.match(full.stderr, /\/f cannot be written: no space left on the disk \(ENOSPC\)/);
      spawnSync('mount', ['-o', 'remount,ro', here]);
      const fixed = await cp('web:/big', join(here, 'g'));
      assert.match(fixed.stderr, /\/g cannot be written: the filesystem is read-only \(EROFS\)/);
    } finally {
      spawnSync('umount', [here]);
    }
  });
});

test('a file that cannot be read ends the copy with its name', { skip: isRoot }, async () => {
  await withBoth(async ({ here, cp }) => {
    mkdirSync(join(here, 'd'));
    writeFileSync(join(here, 'd/closed'), 'x', { mode: 0 });
    const { exitCode, stderr } = await cp(join(here, 'd'), 'web:/d');
    assert.equal(exitCode, 2);
    assert.match(stderr, /d\/closed cannot be read: permission denied/);
  });
});

test('a copy shows its progress on a terminal, and at the end the bytes of the files', async () => {
  await withBoth(async ({ here, there, capsule }) => {
    writeFileSync(join(here, 'small'), 'fourteen bytes');
    mkdirSync(join(here, 'folder'));
    for (const name of ['a', 'b']) truncateSync(plant(join(here, 'folder'), name), 0);
    writeFileSync(join(here, 'folder/a'), Buffer.alloc(3 * MIB, 1));
    writeFileSync(join(there, 'big'), Buffer.alloc(2 * MIB, 1));
    let at = 0;
    const now = () => {
      at += 150;
      return at;
    };
    const cp = (from: string, to: string) =>
      runCapsulectl(['cp', from, to], { target: capsule.target, isTerminal: true, now });
    assert.match((await cp(join(here, 'small'), 'web:/s')).stderr, /(^|J)copied 14 B\n$/);
    const into = await cp(join(here, 'folder'), 'web:/f');
    assert.match(into.stderr, /folder: copying \d+%, \S+ MiB of 3 MiB/);
    assert.match(into.stderr, /Jcopied 3 MiB\n$/);
    const out = await cp('web:/big', join(here, 'big'));
    assert.match(out.stderr, /web:\/big: copying \d+%, \S+ \S+ of 2 MiB/);
    assert.match(out.stderr, /Jcopied 2 MiB\n$/);
  });
});

test('output to a full disk is a failure of the command', {
  skip: !existsSync('/dev/full'),
}, () => {
  const main = join(import.meta.dirname, '../../main.ts');
  const script = `"${process.execPath}" "${main}" capsulectl version --client > /dev/full`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /the output cannot be written: no space left on the disk/);
  assert.doesNotMatch(stderr, /bug/);
});
