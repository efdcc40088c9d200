import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { CONTAINER_FIELDS } from '@capsule/core/manifest';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { cgroupRoots } from '../lab/cgroup.ts';
import { enter } from '../lab/enter.ts';
import { namespaceOf, statusField, wordsOf } from '../lab/process.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { deleteAll, manifest, type RunningWorkload, runWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const IMAGE = 'stay:1';
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
type Block = Readonly<Record<string, unknown>>;

interface Case {
  readonly block: Block;
  /** Reads the state of the running workload from Linux. */
  readonly shows: (lab: Lab, workload: RunningWorkload) => Promise<void>;
}

/** Fields whose effect other files of tests show. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  image: 'run.test.ts',
  command: 'run.test.ts',
  args: 'run.test.ts',
  env: 'run.test.ts',
  networkMode: 'run.test.ts',
  ports: 'network.test.ts',
  restartPolicy: 'lifecycle.test.ts',
  stopSignal: 'lifecycle.test.ts',
  stopGraceSeconds: 'lifecycle.test.ts',
  dependsOn: 'lifecycle.test.ts',
  imagePullPolicy: 'lifecycle.test.ts',
  healthCheck: 'health.test.ts',
  minReadySeconds: 'lifecycle.test.ts',
  updatePolicy: 'health.test.ts',
  updateTimeoutSeconds: 'health.test.ts',
  labels: 'lifecycle.test.ts',
  mounts: 'volume.test.ts',
};

const CASES: Readonly<Record<string, Case>> = {
  workingDir: {
    block: { workingDir: '/srv/new' },
    shows: async (lab, { status }) => {
      const { stdout } = await lab.exec(['readlink', `/proc/${status.pid}/cwd`]);
      assert.equal(stdout.trim(), '/srv/new');
    },
  },
  user: {
    block: { user: '1234:77' },
    shows: async (lab, { status }) => {
      assert.equal(await statusField(lab, status.pid, 'Uid'), '1234\t1234\t1234\t1234');
      assert.equal(await statusField(lab, status.pid, 'Gid'), '77\t77\t77\t77');
    },
  },
  groupAdd: {
    block: { groupAdd: [44, 'web'] },
    shows: async (lab, { status }) => {
      const groups = await statusField(lab, status.pid, 'Groups');
      for (const gid of ['44', '102']) assert.ok(groups.split(' ').includes(gid), groups);
    },
  },
  devices: {
    block: { devices: ['/dev/fuse'], user: '1234' },
    shows: async (lab, { status }) => {
      const { rdev } = await stat(pathOf(lab, `/proc/${status.pid}/root/dev/fuse`));
      assert.equal(rdev, (await stat(pathOf(lab, '/dev/fuse'))).rdev);
    },
  },
  shmSize: {
    block: { shmSize: '128MiB' },
    shows: async (lab, { status }) => {
      const mounts = await readFile(pathOf(lab, `/proc/${status.pid}/mounts`), 'utf8');
      assert.match(mounts, / \/dev\/shm tmpfs [^ ]*size=131072k/);
    },
  },
  hostname: {
    block: { hostname: 'other.lan' },
    shows: async (lab, workload) => {
      assert.ok(
        (await wordsOf(lab, workload.status.pid, 'environ')).includes('HOSTNAME=other.lan'),
      );
      assert.match(await inside(lab, workload, '/etc/hosts'), /\tother\.lan other$/m);
    },
  },
  extraHosts: {
    block: { extraHosts: { printer: '192.0.2.9' } },
    shows: async (lab, workload) => {
      assert.match(await inside(lab, workload, '/etc/hosts'), /^192\.0\.2\.9\tprinter$/m);
    },
  },
  dns: {
    block: { dns: { nameservers: ['192.0.2.53'], searches: ['lan'], options: ['ndots:2'] } },
    shows: async (lab, workload) => {
      const text = await inside(lab, workload, '/etc/resolv.conf');
      assert.match(text, /^nameserver 192\.0\.2\.53$/m);
      assert.match(text, /^search lan$/m);
      assert.match(text, /^options .*ndots:2/m);
      assert.equal(text.match(/^nameserver/gm)?.length, 1);
    },
  },
  resources: {
    block: { resources: { memory: '64MiB', cpu: 0.25, pids: 50 } },
    shows: async (lab, { name }) => {
      const values = await cgroupValues(lab, name);
      assert.equal(values['memory.limit_in_bytes'] ?? values['memory.max'], String(64 * 2 ** 20));
      assert.equal(values['cpu.cfs_quota_us'] ?? values['cpu.max']?.split(' ')[0], '25000');
      assert.equal(values['pids.max'], '50');
    },
  },
  tmpfs: {
    block: { tmpfs: ['/scratch', { mountPath: '/run/own', size: '1MiB', mode: '0750' }] },
    shows: async (lab, workload) => {
      const mounts = await mountsOf(lab, workload);
      assert.match(mounts['/scratch'] ?? '', /^tmpfs .*nosuid,nodev/);
      assert.match(mounts['/run/own'] ?? '', /size=1024k,mode=750/);
    },
  },
  readOnlyRootFilesystem: {
    block: { readOnlyRootFilesystem: true },
    shows: async (lab, workload) => {
      assert.match((await mountsOf(lab, workload))['/'] ?? '', / ro[, ]/);
    },
  },
  capabilities: {
    block: { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } },
    shows: async (lab, { status }) => {
      assert.equal(await statusField(lab, status.pid, 'CapEff'), '0000000000001000');
      assert.equal(await statusField(lab, status.pid, 'CapBnd'), '0000000000001000');
    },
  },
  privileged: {
    // Other users have no capability in effect, privileged or not.
    block: { privileged: true, user: 'root' },
    shows: async (lab, workload) => {
      const { pid } = workload.status;
      const own = await statusField(lab, 1, 'CapBnd');
      assert.equal(await statusField(lab, pid, 'CapEff'), own);
      assert.equal(await statusField(lab, pid, 'Seccomp'), await statusField(lab, 1, 'Seccomp'));
      assert.equal(await statusField(lab, pid, 'NoNewPrivs'), '0');
      assert.match((await mountsOf(lab, workload))['/sys'] ?? '', / rw[, ]/);
    },
  },
  hostPid: {
    block: { hostPid: true },
    shows: async (lab, { status }) => {
      assert.equal(await namespaceOf(lab, status.pid, 'pid'), await namespaceOf(lab, 1, 'pid'));
    },
  },
  hostIpc: {
    block: { hostIpc: true },
    shows: async (lab, { status }) => {
      assert.equal(await namespaceOf(lab, status.pid, 'ipc'), await namespaceOf(lab, 1, 'ipc'));
    },
  },
  hostBindPaths: {
    block: { hostBindPaths: ['/perm/shared:/shared', '/perm/shared:/seen:ro'] },
    shows: async (lab, workload) => {
      assert.equal(await inside(lab, workload, '/shared/word'), 'hello\n');
      const mounts = await mountsOf(lab, workload);
      assert.match(mounts['/shared'] ?? '', / rw[, ]/);
      assert.match(mounts['/seen'] ?? '', / ro[, ]/);
    },
  },
  ulimits: {
    block: {
      ulimits: [
        { name: 'nofile', soft: 100, hard: 200 },
        { name: 'core', hard: 0 },
      ],
    },
    shows: async (lab, workload) => {
      const { pid } = workload.status;
      const limits = await readFile(pathOf(lab, `/proc/${pid}/limits`), 'utf8');
      assert.match(limits, /^Max open files\s+100\s+200\s/m);
      assert.match(limits, /^Max core file size\s+0\s+0\s/m);
    },
  },
  sysctls: {
    block: { sysctls: { 'net.core.somaxconn': '77', 'kernel.msgmax': '4096' } },
    shows: async (lab, { status }) => {
      const read = async (kind: string, path: string) => {
        const enter = ['nsenter', `--${kind}`, '--target', String(status.pid), 'cat', path];
        return (await lab.exec(enter)).stdout.trim();
      };
      assert.equal(await read('net', '/proc/sys/net/core/somaxconn'), '77');
      assert.equal(await read('ipc', '/proc/sys/kernel/msgmax'), '4096');
    },
  },
};

let lab: Lab;

suite('fields of a container', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, IMAGE, { Cmd: ['/bin/sh', '-c', STAY] });
    await mkdir(join(lab.stateDir, 'perm/shared'), { recursive: true });
    await writeFile(join(lab.stateDir, 'perm/shared/word'), 'hello\n');
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);

  test('these tests cover every field of a manifest', () => {
    const known = [...Object.keys(ELSEWHERE), ...Object.keys(CASES)];
    assert.deepEqual(known.toSorted(), [...CONTAINER_FIELDS].toSorted());
  });

  for (const [field, { block, shows }] of Object.entries(CASES)) {
    test(`${field} takes effect`, BOUND, async () => {
      const workload = await runWorkload(lab, 'probe', { image: IMAGE, ...block });
      await shows(lab, workload);
      const { stdout } = await capsulectl(lab, ['workload', 'get', 'probe', '-o', 'yaml']);
      const again = await capsulectl(lab, ['apply', '-f', '-'], { input: stdout });
      assert.match(again.stdout, /unchanged/);
      await deleteAll(lab);
    });
  }

  test('limits change while the program runs', BOUND, async () => {
    const first = await runWorkload(lab, 'probe', { image: IMAGE, resources: { pids: 50 } });
    const second = await runWorkload(lab, 'probe', {
      image: IMAGE,
      resources: { pids: 60 },
    });
    assert.equal(second.status.pid, first.status.pid);
    assert.equal((await cgroupValues(lab, 'probe'))['pids.max'], '60');
    await runWorkload(lab, 'probe', { image: IMAGE });
    assert.equal((await cgroupValues(lab, 'probe'))['pids.max'], 'max');
    await deleteAll(lab);
  });

  test('the error names a path that does not exist on the capsule', BOUND, async () => {
    const input = manifest('probe', { image: IMAGE, hostBindPaths: ['/perm/nothing'] });
    const wait = ['apply', '-f', '-', '--wait', '--timeout', '30s'];
    const { stderr } = await capsulectl(lab, wait, { input, allow: [4] });
    assert.match(stderr, /\/perm\/nothing/);
    await deleteAll(lab);
  });

  test('the end of a container with hostPid ends only its own processes', BOUND, async () => {
    const other = await runWorkload(lab, 'other', { image: IMAGE });
    await runWorkload(lab, 'probe', { image: IMAGE, hostPid: true });
    await capsulectl(lab, ['workload', 'delete', 'probe']);
    assert.match(await statusField(lab, other.status.pid, 'State'), /^[SR]/);
    await deleteAll(lab);
  });
});

/** Reads a file in the container. */
async function inside(lab: Lab, { status }: RunningWorkload, path: string): Promise<string> {
  return (await enter(lab, status.pid, '/bin/busybox', 'cat', path)).stdout;
}

/** The type, source and options of each mount, by mount point. */
async function mountsOf(lab: Lab, { status }: RunningWorkload): Promise<Record<string, string>> {
  const text = await readFile(pathOf(lab, `/proc/${status.pid}/mounts`), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  return Object.fromEntries(
    lines.map(([source, path = '', type, options]) => [path, `${type} ${source} ${options} `]),
  );
}

/** Returns the contents of the files of the container's cgroups, by name. */
async function cgroupValues(lab: Lab, name: string): Promise<Record<string, string>> {
  const files = [
    ...['memory.limit_in_bytes', 'memory.max', 'cpu.cfs_quota_us', 'cpu.max', 'pids.max'],
  ];
  const values: Record<string, string> = {};
  for (const root of await cgroupRoots(lab)) {
    for (const file of files) {
      const path = join(root, `kukeon/main/default/default/${name}/${name}_root`, file);
      const text = await readFile(pathOf(lab, path), 'utf8').catch(() => undefined);
      if (text !== undefined) values[file] = text.trim();
    }
  }
  return values;
}
