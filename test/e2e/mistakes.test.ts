import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { manifest, runWorkload } from '../lab/workload.ts';
import { IMAGE, type Mistake } from './support/mistakes/mistake.ts';
import { OF_MANIFESTS } from './support/mistakes/of-manifests.ts';
import { OF_THE_CAPSULE } from './support/mistakes/of-the-capsule.ts';
import { OF_WORDS } from './support/mistakes/of-words.ts';
import { CAPSULECTL, runCapsulectl } from './support/run-capsulectl.ts';

const BOUND = { timeout: 120_000 };
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const MISTAKES: readonly Mistake[] = [...OF_WORDS, ...OF_MANIFESTS, ...OF_THE_CAPSULE];
/** Commands that run side by side: each is mostly the start of a Node. */
const AT_ONCE = 4;

/** In a mount namespace of its own, this machine has two capsules, a and b; both are the lab's. */
const TWO_CAPSULES = `
  mount -t tmpfs none /mnt && touch /mnt/socket && mount --bind "$0" /mnt/socket
  mount -t tmpfs none /run/capsule && mkdir /run/capsule/a /run/capsule/b
  for name in a b; do
    touch "/run/capsule/$name/capsuled.sock"
    mount --bind /mnt/socket "/run/capsule/$name/capsuled.sock"
  done
  exec "$@"`;

let lab: Lab;
let folder: string;

suite('common mistakes of users', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    folder = await mkdtemp(join(tmpdir(), 'capsule-mistakes-'));
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'web.yaml'), manifest('web', { image: IMAGE }));
    await writeFile(join(folder, 'big.bin'), randomBytes(48 * 1024 * 1024));
    await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', STAY] });
    await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'data']);
    const ports = [{ containerPort: 80, hostPort: 18_080 }];
    const mounts = [{ volumeName: 'data', mountPath: '/data' }];
    await runWorkload(lab, 'hello', { image: IMAGE, ports });
    await runWorkload(lab, 'holder', { image: IMAGE, mounts, user: 'root' });
    await runWorkload(lab, 'stopped', { image: IMAGE });
    const parked = [{ volumeName: 'parked', mountPath: '/data' }];
    await capsulectl(lab, ['volume', 'create', '--size', '32MiB', 'parked']);
    await runWorkload(lab, 'parked', { image: IMAGE, mounts: parked, user: 'root' });
    await capsulectl(lab, ['workload', 'stop', 'stopped', 'parked']);
  }, BOUND);
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }, BOUND);

  test('each error says what is wrong, why, and how to fix it', BOUND, async () => {
    const failures: string[] = [];
    const left = [...MISTAKES];
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const failure = await judge(next);
        if (failure !== undefined) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    assert.equal(failures.length, 0, failures.join('\n\n'));
  });

  test('commands that were errors in earlier versions work', BOUND, async () => {
    const listed = await runCapsulectl(lab.host, ['workload', 'exec', 'hello', 'ls', '-la', '/']);
    assert.match(listed.stdout, /^d.* bin$/m);
    assert.match((await runCapsulectl(lab.host, ['ps'])).stdout, /^hello /m);
  });

  test('a database on the root of a new volume finds it empty', BOUND, async () => {
    const initialise = '[ -z "$(ls -A /data)" ] || { echo not empty >&2; exit 1; }';
    const mounts = [{ volumeName: 'pgdata', mountPath: '/data' }];
    const command = ['/bin/sh', '-c', `${initialise}; ${STAY}`];
    const input = `name: pgdata\nkind: Volume\nsize: 32MiB\n---\n${manifest('db', {
      image: IMAGE,
      user: 'root',
      command,
      mounts,
    })}`;
    const applied = await runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], { input });
    assert.deepEqual([applied.exitCode, applied.stderr.includes('error')], [0, false]);
    assert.match(applied.stdout, /^db created, running/m);
  });

  test(
    'with several capsules on the machine, a command names them and how to choose',
    BOUND,
    async () => {
      const socket = lab.host.replace(/^unix:/, '');
      const { stderr, exitCode } = await run(
        'unshare',
        ['--mount', 'sh', '-euc', TWO_CAPSULES, socket, CAPSULECTL, 'workload', 'list'],
        { env: { PATH: process.env['PATH'] }, allow: [2] },
      );
      assert.equal(exitCode, 2);
      assert.match(
        stderr,
        /several capsules run on this machine: \S+a\/capsuled\.sock, \S+b\/caps/,
      );
      assert.match(stderr, /why: neither --capsule nor CAPSULE_HOST names one of them/);
      assert.match(stderr, /fix: choose one with --capsule, or set CAPSULE_HOST/);
    },
  );

  test('without root, the hint is to run the command as root', BOUND, async (t) => {
    const { stderr, exitCode } = await run(
      'setpriv',
      ['--reuid=65534', '--clear-groups', CAPSULECTL, 'workload', 'list'],
      { env: { PATH: process.env['PATH'], CAPSULE_HOST: lab.host }, allow: [1, 126] },
    );
    if (exitCode === 126) return t.skip('only root may read the checkout');
    assert.match(stderr, /this user has no permission to open/);
    assert.match(stderr, /why: only root can open the socket of a capsule/);
    assert.match(stderr, /fix: run the command as root/);
  });

  test('a port that a program on the host uses is a warning with a remedy', BOUND, async (t) => {
    const server = createServer();
    t.after(() => server.close());
    const listening = Promise.withResolvers<void>();
    server.listen(18_099, '127.0.0.1', () => listening.resolve());
    await listening.promise;
    const ports = [{ containerPort: 80, hostPort: 18_099 }];
    const input = manifest('shadowed', { image: IMAGE, ports });
    const { exitCode, stderr } = await runCapsulectl(lab.host, ['apply', '-f', '-', '--wait'], {
      input,
    });
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /^warning: port 18099\/tcp .*; .*/m);
  });
});

/** Returns the missing parts of an answer, with the answer; undefined for a good one. */
async function judge(mistake: Mistake): Promise<string | undefined> {
  const { number, args, input, exitCode, capsule = lab.host } = mistake;
  const options = { cwd: folder, ...(input !== undefined && { input }) };
  const result = await runCapsulectl(capsule, args, options);
  const { stderr } = result;
  const text = stderr.replaceAll(/\s+/g, ' ');
  const reason = / why: .*?(?= fix: | see: )/.exec(text)?.[0] ?? text;
  const parts = { what: text, why: reason, fix: text };
  const lacks = (['what', 'why', 'fix'] as const).filter(
    (part) => !mistake[part].test(parts[part]),
  );
  const isRight = lacks.length === 0 && result.exitCode === exitCode;
  if (isRight) return undefined;
  const wrong = [...lacks, ...(result.exitCode === exitCode ? [] : [`exit code ${exitCode}`])];
  const said = `${stderr}exit code ${result.exitCode}`;
  return `#${number} capsulectl ${args.join(' ')}: lacks ${wrong.join(', ')}\n${said}`;
}
