import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { runInTerminal } from '../lab/terminal.ts';
import { until } from '../lab/until.ts';
import { AS_ROOT, runWorkload, WRITES_ROOT } from '../lab/workload.ts';
import { errorCodeOf, runCapsulectl } from './support/run-capsulectl.ts';

const BOUND = { timeout: 180_000 };
const MIB = 1024 * 1024;
const DISKS =
  '/sys/fs/cgroup/io.stat /sys/fs/cgroup/blkio/blkio.throttle.io_service_bytes_recursive';

interface Shown {
  readonly name: string;
  readonly cpuPercent: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly networkReceivedBytes?: number;
  readonly networkSentBytes?: number;
  readonly blockWrittenBytes?: number;
  readonly limits: Readonly<Record<string, number>>;
}

suite('the usage of workloads', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'box:1', { Cmd: ['sleep', '1000000'], StopSignal: 'SIGKILL' });
    const limits = { cpu: '500m', memory: '64MiB', pids: 30 };
    const burn = ['/bin/sh', '-c', 'while :; do :; done'];
    await runWorkload(lab, 'busy', { image: 'box:1', command: burn, resources: limits });
    // The workload pings, and writes to its root.
    const free = { ...AS_ROOT, ...WRITES_ROOT };
    await runWorkload(lab, 'calm', { image: 'box:1', ...free, labels: { tier: 'quiet' } });
    await runWorkload(lab, 'open', { image: 'box:1', networkMode: 'NETWORK_MODE_HOST' });
    await runWorkload(lab, 'away', { image: 'box:1' });
    await capsulectl(lab, ['workload', 'stop', 'away']);
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  const stats = async (...args: string[]) => {
    const { stdout } = await capsulectl(lab, ['workload', 'stats', '-o', 'json', ...args]);
    return JSON.parse(stdout) as Shown[];
  };
  const statsOf = async (name: string) => {
    const [found] = await stats(name);
    assert.ok(found !== undefined, `${name} is not shown`);
    return found;
  };
  const exec = (name: string, script: string) =>
    capsulectl(lab, ['workload', 'exec', name, '--', 'sh', '-c', script]);

  test('stats show a busy and an idle workload, and limits are enforced', BOUND, async () => {
    const [busy, calm] = await stats('busy', 'calm');
    assert.ok(busy !== undefined && calm !== undefined);
    assert.ok(busy.cpuPercent > 15 && busy.cpuPercent < 75, `busy: ${busy.cpuPercent}%`);
    assert.ok(calm.cpuPercent < 5, `calm: ${calm.cpuPercent}%`);
    assert.deepEqual(busy.limits, { cpuMillis: 500, memoryBytes: 64 * MIB, pids: 30 });
    assert.deepEqual(calm.limits, {});
    assert.ok(busy.cpuSeconds > calm.cpuSeconds);
  });

  test('stats show the memory and processes of the workload', BOUND, async () => {
    const before = await statsOf('calm');
    assert.equal(before.pids, 1);
    await exec(
      'calm',
      'for i in 1 2 3; do setsid sleep 1000 & done; head -c 20000000 /dev/zero | setsid tail >/dev/null & true',
    );
    await exec('calm', 'mkdir -p /dev/shm; head -c 20000000 /dev/zero > /dev/shm/ballast');
    await until('memory and processes to be counted', 10_000, async () => {
      const { memoryBytes, pids } = await statsOf('calm');
      return pids >= before.pids + 3 && memoryBytes > before.memoryBytes + 15 * MIB;
    });
    await exec('calm', 'rm /dev/shm/ballast; killall sleep; true');
  });

  test('stats count network and disk, but not the network of the capsule', BOUND, async (t) => {
    await capsulectl(lab, ['workload', 'restart', 'calm']);
    const before = await statsOf('calm');
    await exec('calm', 'ping -c 3 -s 1000 172.20.254.1 >/dev/null');
    await exec('calm', 'dd if=/dev/zero of=/big bs=1M count=8 conv=fsync 2>/dev/null; rm /big');
    const now = await statsOf('calm');
    const received = (now.networkReceivedBytes ?? 0) - (before.networkReceivedBytes ?? 0);
    assert.ok(received >= 3000 && received < 30_000, `${received} bytes received`);
    // Kernels without I/O accounting for cgroups have an empty table in the root cgroup.
    const counts = (await lab.exec(['sh', '-c', `cat ${DISKS} 2>/dev/null; true`])).stdout;
    if (/^\d+:\d+ /m.test(counts)) {
      assert.ok(
        (now.blockWrittenBytes ?? 0) - (before.blockWrittenBytes ?? 0) >= 8 * MIB,
        JSON.stringify(now),
      );
    } else {
      t.diagnostic('this kernel does not count what goes to disks');
      assert.equal(now.blockWrittenBytes, undefined);
    }
    assert.equal((await statsOf('open')).networkReceivedBytes, undefined);
  });

  test('stats report a stopped workload, and fail for a missing one', BOUND, async () => {
    const names = (await stats()).map(({ name }) => name);
    assert.deepEqual(names, ['busy', 'calm', 'open']);
    assert.deepEqual(
      (await stats('-l', 'tier=quiet')).map(({ name }) => name),
      ['calm'],
    );
    const away = await capsulectl(lab, ['workload', 'stats', 'away', 'calm', '-o', 'name']);
    assert.deepEqual([away.stdout, away.stderr], ['calm\n', 'away is not running\n']);
    const none = await runCapsulectl(lab.host, ['workload', 'stats', 'nobody']);
    assert.deepEqual([none.exitCode, errorCodeOf(none)], [3, 'WORKLOAD_NOT_FOUND']);
  });

  test(
    'top shows the busiest workload first, survives kills of capsuled, and ends with Ctrl-C',
    BOUND,
    async () => {
      using program = runInTerminal(lab, ['capsulectl', 'top']);
      await program.shows(/NAME +CPU +MEMORY[^\n]*\n[^\n]*busy/);
      await lab.killCapsuled();
      const seen = program.text().length;
      await until('figures after the kill', 30_000, () => /busy/.test(program.text().slice(seen)));
      program.type('\x03');
      assert.equal(await program.exit, 130);
    },
  );

  test('in a pipe, a table fits 80 columns', BOUND, async () => {
    const { stdout } = await capsulectl(lab, ['top']);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      stdout,
    );
    assert.match(stdout, /^busy .* 64 MiB/m);
  });

  test('twenty concurrent calls all get an answer', BOUND, async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => stats()));
    assert.ok(all.every((shown) => shown.length === 3));
  });
});
