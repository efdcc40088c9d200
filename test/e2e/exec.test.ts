import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { dockerArchive, type Lab, startLab, testImage } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { runInTerminal } from '../lab/terminal.ts';
import { until } from '../lab/until.ts';
import { runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const MIB = 1024 * 1024;

let lab: Lab;

/** Runs to its end, whatever its exit code is. */
const exec = (args: readonly string[], input?: string | Uint8Array) =>
  lab.capsulectlWith(input === undefined ? {} : { input }, 'workload', 'exec', ...args);
const sh = (script: string) => exec(['web', '--', 'sh', '-c', script]);

suite('exec', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh', '-c', STAY], Env: ['FROM_IMAGE=yes'] });
    await runWorkload(lab, 'web', { image: 'stay:1', env: { FROM_SPEC: 'too' } });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test(
    'stdout and stderr stay separate, and the exit code is that of the command',
    BOUND,
    async () => {
      const { exitCode, stdout, stderr } = await sh('echo out; echo err >&2; exit 7');
      assert.deepEqual([exitCode, stdout, stderr], [7, 'out\n', 'err\n']);
      assert.equal((await sh('kill -9 $$')).exitCode, 137);
      // As with docker: flags after the name belong to the command.
      const bare = await exec([
        '-e',
        'A=b',
        'web',
        'sh',
        '-ec',
        'echo $A "$@"',
        '-n',
        '-e',
        '--help',
      ]);
      assert.deepEqual([bare.exitCode, bare.stdout], [0, 'b -e --help\n']);
    },
  );

  test(
    'exec exits with 127 for a missing program, and with 126 for one without permission',
    BOUND,
    async () => {
      assert.equal((await exec(['web', '--', 'nothing-there'])).exitCode, 127);
      assert.equal((await exec(['web', '--', '/etc'])).exitCode, 126);
      await sh(
        'printf "\\1\\2" > /tmp/noise; printf "#!/none\n" > /tmp/lost; chmod 755 /tmp/noise /tmp/lost',
      );
      assert.equal((await exec(['web', '--', '/tmp/noise'])).exitCode, 126);
      assert.equal((await exec(['web', '--', '/tmp/lost'])).exitCode, 127);
      const none = await exec(['nobody', '--', 'true']);
      assert.equal(none.exitCode, 125);
      assert.match(none.stderr, /no workload named nobody/);
      assert.equal((await exec(['web'])).exitCode, 2);
    },
  );

  test(
    'environment, working directory and user are those of the container or of the flags',
    BOUND,
    async () => {
      const { stdout } = await sh('echo $FROM_IMAGE $FROM_SPEC; pwd; id -u');
      assert.equal(stdout, 'yes too\n/\n1000\n');
      const flags = ['-e', 'A=b c', '-w', '/tmp', '-u', '5:6'];
      const asked = await exec([...flags, 'web', '--', 'sh', '-c', 'echo $A; pwd; id -u; id -g']);
      assert.equal(asked.stdout, 'b c\n/tmp\n5\n6\n');
      const unset = await exec(['-e', 'NOT_SET_HERE', '-e', 'PATH', 'web', '--', '/bin/env']);
      assert.equal(unset.exitCode, 0);
      assert.doesNotMatch(unset.stdout, /NOT_SET_HERE/);
      assert.ok(unset.stdout.includes(`PATH=${lab.env['PATH']}\n`));
      const unknown = await exec(['-u', 'nobody-there', 'web', '--', 'true']);
      assert.equal(unknown.exitCode, 125);
      assert.match(unknown.stderr, /nobody-there/);
    },
  );

  test('with -i, the command gets the whole input, and without it none', BOUND, async () => {
    assert.equal((await exec(['-i', 'web', '--', 'cat'], 'hello')).stdout, 'hello');
    assert.equal((await exec(['web', '--', 'cat'], 'hello')).stdout, '');
  });

  test('exec ends with the process, also while the input is open', BOUND, async () => {
    const { exitCode } = await lab.capsulectlWith(
      { input: 'x'.repeat(8 * MIB) },
      ...['workload', 'exec', '-i', 'web', '--', 'sh', '-c', 'exit 3'],
    );
    assert.equal(exitCode, 3);
  });

  test('a hundred megabytes pass unchanged in both directions', BOUND, async () => {
    const count = 100;
    const child = spawn('capsulectl', ['workload', 'exec', '-i', 'web', '--', 'cat'], {
      env: lab.env as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let bytes = 0;
    child.stdout.on('data', (data: Buffer) => {
      bytes += data.length;
    });
    const piece = Buffer.alloc(MIB, 'x');
    for (let sent = 0; sent < count; sent += 1) {
      if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
    }
    child.stdin.end();
    const [code] = (await once(child, 'close')) as [number];
    assert.deepEqual([code, bytes], [0, count * MIB]);
  });

  test('many execs run concurrently, each with its own output', BOUND, async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const results = await Promise.all(numbers.map((n) => sh(`echo ${n}; exit ${n}`)));
    assert.deepEqual(
      results.map(({ stdout, exitCode }) => [stdout.trim(), exitCode]),
      numbers.map((n) => [String(n), n]),
    );
  });

  test('a signal to capsulectl reaches the command', BOUND, async () => {
    const script = 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.05; done';
    const child = spawn('capsulectl', ['workload', 'exec', 'web', '--', 'sh', '-c', script], {
      env: lab.env as NodeJS.ProcessEnv,
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.includes('ready') && !text.includes('caught')) child.kill('SIGINT');
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.deepEqual([code, text], [9, 'ready\ncaught\n']);
  });

  test('a killed client leaves no process and no child process behind', BOUND, async () => {
    const child = spawn(
      'capsulectl',
      ['workload', 'exec', 'web', '--', 'sh', '-c', 'sleep 4321 & echo up; sleep 4321'],
      { env: lab.env as NodeJS.ProcessEnv },
    );
    await once(child.stdout, 'data');
    assert.equal((await sleepers()).length, 2);
    child.kill('SIGKILL');
    await nothingIsLeft();
  });

  test('a killed capsuled leaves no process behind', BOUND, async () => {
    const running = sh('sleep 4321 & echo up; sleep 4321');
    await until('the processes', 20_000, async () => (await sleepers()).length === 2);
    await lab.killCapsuled();
    const { exitCode, stderr } = await running;
    assert.equal(exitCode, 125);
    assert.match(stderr, /connection/);
    await lab.ready();
    await nothingIsLeft();
    assert.equal((await sh('echo alive')).stdout, 'alive\n');
  });

  test('a stop does not wait for a running command, and signals it', BOUND, async () => {
    const stopGraceSeconds = 50;
    await runWorkload(lab, 'other', { image: 'stay:1', stopGraceSeconds });
    const running = exec(['other', '--', 'sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
    await until('the command', 20_000, async () => (await folders('other')).length === 1);
    const begun = performance.now();
    await capsulectl(lab, ['workload', 'delete', 'other']);
    assert.ok(performance.now() - begun < stopGraceSeconds * 1000, 'it waited for the command');
    assert.equal((await running).exitCode, 137);
    assert.equal((await exec(['other', '--', 'true'])).exitCode, 125);
  });

  test('exec runs programs of an image without a shell', BOUND, async () => {
    const busybox = { path: 'busybox', mode: 0o755, data: await readFile('/bin/busybox') };
    const image = testImage({
      layers: [[busybox]],
      config: { Cmd: ['/busybox', 'sleep', '1000'] },
    });
    const input = dockerArchive(image, ['bare:1']);
    await capsulectl(lab, ['image', 'push', '-'], { input });
    await runWorkload(lab, 'bare', { image: 'bare:1' });
    assert.equal((await exec(['bare', '--', '/busybox', 'echo', 'hi'])).stdout, 'hi\n');
  });

  suite('with a terminal', () => {
    test(
      'input, the terminal size and its changes, and the exit code are passed on',
      BOUND,
      async () => {
        using shell = runInTerminal(lab, [
          'capsulectl',
          'workload',
          'exec',
          '-t',
          'web',
          '--',
          'sh',
        ]);
        await shell.shows(/\$ /);
        shell.type('busybox stty size\r');
        await shell.shows(/\n30 100\r/);
        shell.resize(120, 40);
        // The new size and the input are sent separately.
        const ask =
          'while [ "$(busybox stty size)" != "40 120" ]; do sleep 0.1; done; echo size $((1+1))';
        shell.type(`${ask}\r`);
        await shell.shows(/size 2\r/);
        shell.type('sleep 4321\r');
        await until('the command', 20_000, async () => (await sleepers()).length === 1);
        shell.type('\x03');
        await until('its end', 20_000, async () => (await sleepers()).length === 0);
        shell.type('exit 5\r');
        assert.equal(await shell.exit, 5);
      },
    );

    test('exec restores the terminal, however it ends', BOUND, async () => {
      const ways = ['exit', 'kill'] as const;
      for (const way of ways) {
        using outer = runInTerminal(lab, ['/bin/sh']);
        outer.type(
          'PS1=outer:; stty -a | grep -o ".icanon"; capsulectl workload exec -t web -- sh; stty -a | grep -o ".icanon"\r',
        );
        await outer.shows(/icanon\r[\s\S]*\/ \$ /);
        if (way === 'exit') outer.type('exit\r');
        else await lab.killCapsuled();
        await outer.shows(/ icanon\r[\s\S]* icanon\r/);
        assert.doesNotMatch(outer.text().replaceAll('".icanon"', ''), /-icanon/);
        outer.type('exit\r');
        await outer.exit;
        await lab.ready();
      }
      await nothingIsLeft();
    });

    test(
      'the local terminal does not change output that the remote terminal leaves unchanged',
      BOUND,
      async () => {
        const script = 'stty -opost; printf "one\\ntwo\\n"; busybox sleep 0';
        const args = ['workload', 'exec', '-t', 'web', '--', 'sh', '-c', `busybox ${script}`];
        using shell = runInTerminal(lab, ['capsulectl', ...args]);
        assert.equal(await shell.exit, 0);
        assert.match(shell.text(), /one\ntwo\n/);
      },
    );

    test('-t is refused without a terminal', BOUND, async () => {
      const { exitCode, stderr } = await exec(['-t', 'web', '--', 'true']);
      assert.equal(exitCode, 2);
      assert.match(stderr, /terminal/);
    });
  });
});

/** Processes that the tests above leave running. */
async function sleepers(): Promise<readonly string[]> {
  const pids = (await readdir(pathOf(lab, '/proc'))).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(pathOf(lab, `/proc/${pid}/cmdline`), 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.startsWith('sleep\x004321'));
}

async function folders(name?: string): Promise<readonly string[]> {
  const root = pathOf(lab, '/run/capsule-exec');
  const found = await readdir(root, { recursive: true }).catch(() => []);
  return found.filter((path) => /\/capsule-[^/]+$/.test(path) && path.includes(name ?? ''));
}

async function nothingIsLeft(): Promise<void> {
  await until('no process of an exec', 20_000, async () => (await sleepers()).length === 0);
  await until('no folder of an exec', 20_000, async () => (await folders()).length === 0);
}
