import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connectCapsule } from '@capsule/api/node';
import type { CELL_CONTAINER_FIELDS } from '@capsule/core/manifest';
import type { Lab } from '@capsule/testkit';
import { pathOf } from '../../lab/capsulectl.ts';
import { insideCell } from '../../lab/cell.ts';
import { cgroupRoots } from '../../lab/cgroup.ts';
import { namespaceOf, statusField, wordsOf } from '../../lab/process.ts';

export type CellField = (typeof CELL_CONTAINER_FIELDS)[number];

/** A running container, whose cell and name are those of its row. */
export interface RowContainer {
  readonly lab: Lab;
  readonly pid: number;
  readonly containerdId: string;
  readonly cell: string;
  readonly container: string;
}

/** Shows a field's value in what Linux says of the container. */
type Shows<Value> = (at: RowContainer, value: Value) => Promise<void>;

/** A field with a value, and another one for the edit of the running cell. */
export interface EditedRow {
  readonly values: readonly [unknown, unknown];
  readonly edit: 'inPlace' | 'newContainer';
  /** Further fields of the container. */
  readonly and?: Readonly<Record<string, unknown>>;
  /** The container is the root of a cell of its own, because it shares the field with its siblings. */
  readonly ownCell?: true;
  readonly shows: Shows<never>;
}

/** A field whose edit the capsule refuses, with the words that name it. */
export interface RefusedRow {
  readonly value: unknown;
  readonly to: unknown;
  readonly refusal: RegExp;
  readonly shows: Shows<never>;
}

export type FieldRow = EditedRow | RefusedRow;

function edited<Value>(
  edit: EditedRow['edit'],
  values: readonly [Value, Value],
  shows: Shows<Value>,
  more: Pick<EditedRow, 'and' | 'ownCell'> = {},
): EditedRow {
  return { edit, values, shows, ...more };
}

function refused<Value>(
  [value, to]: readonly [Value, unknown],
  refusal: RegExp,
  shows: Shows<Value>,
): RefusedRow {
  return { value, to, refusal, shows };
}

const OWN: Pick<EditedRow, 'ownCell'> = { ownCell: true };
const AS_ROOT = { and: { user: 'root' } };
export const IMAGES = ['stay:1', 'stay:2'] as const;
export const SHARED = '/perm/shared';
export const ENSURED = '/srv/made/by/the/start';
/** Ends with another exit code for each of two signals; ignores TERM. */
export const SIGNALS =
  'trap "exit 11" USR1; trap "exit 12" USR2; trap "" TERM; while :; do sleep 1000 & wait; done';
/** Other files of tests show the effect; these show that an edit leaves the container alone. */
const elsewhere = async () => undefined;

/** One row for each field of a container of a cell. */
export const ROWS: Readonly<Record<CellField, FieldRow>> = {
  id: refused(['id', 'other'], /other differs from metadata\.name id/, async (at) => {
    assert.ok(at.containerdId.endsWith('_id'));
  }),
  realmId: refused(['main', 'other'], /realmId: other differs from main/, inEnvironment('REALM')),
  spaceId: refused(['default', 'o'], /spaceId: o differs from default/, inEnvironment('SPACE')),
  stackId: refused(['default', 'o'], /stackId: o differs from default/, inEnvironment('STACK')),
  cellId: refused(['fields', 'o'], /cellId: o differs from fields/, inEnvironment('CELL_NAME')),
  containerdId: refused(
    ['default_default_fields_containerdid', 'mine'],
    /containerdId: "mine" is not the id of this container/,
    async ({ containerdId }, value) => assert.equal(containerdId, value),
  ),
  root: refused([false, true], /root/, async ({ lab, pid }) => {
    assert.match(await readFile(pathOf(lab, `/proc/${pid}/cgroup`), 'utf8'), /fields\/root_root$/m);
  }),
  image: edited('newContainer', IMAGES, async ({ lab, pid }, image) => {
    assert.ok((await wordsOf(lab, pid, 'environ')).includes(`IMAGE=${image}`));
  }),
  imagePullPolicy: edited('inPlace', ['IfNotPresent', 'Never'], elsewhere),
  command: edited('newContainer', ['/bin/busybox', 'busybox'], firstWord, {
    and: { args: ['sh', '-c', 'sleep 1000; true'] },
  }),
  args: edited(
    'newContainer',
    [
      ['-c', 'sleep 1000; true'],
      ['-c', 'sleep 1001; true'],
    ],
    async ({ lab, pid }, args) => {
      assert.deepEqual((await wordsOf(lab, pid, 'cmdline')).slice(1), args);
    },
    { and: { command: '/bin/sh' } },
  ),
  workingDir: edited('newContainer', ['/srv/a', '/srv/b'], async ({ lab, pid }, folder) => {
    assert.equal((await lab.exec(['readlink', `/proc/${pid}/cwd`])).stdout.trim(), folder);
  }),
  user: edited('newContainer', ['1234:77', 'web'], async ({ lab, pid }, user) => {
    const [uid, gid] = user === 'web' ? [101, 102] : user.split(':');
    assert.equal(await statusField(lab, pid, 'Uid'), Array(4).fill(uid).join('\t'));
    assert.equal(await statusField(lab, pid, 'Gid'), Array(4).fill(gid).join('\t'));
  }),
  groupAdd: edited('newContainer', [[44, 'web'], [45]], async ({ lab, pid }, groups) => {
    const gids = groups.map((group) => (group === 'web' ? '102' : String(group)));
    const shown = (await statusField(lab, pid, 'Groups')).trim().split(' ');
    for (const gid of gids) assert.ok(shown.includes(gid), gid);
    assert.equal(shown.includes('44'), groups.includes(44));
  }),
  env: edited(
    'newContainer',
    [
      ['A=1', 'KUKEON_SPACE=mine', 'EMPTY='],
      ['A=2=3', 'KUKEON_SPACE=mine'],
    ],
    async ({ lab, pid }, lines) => {
      const words = await wordsOf(lab, pid, 'environ');
      for (const line of lines) assert.ok(words.includes(line), line);
    },
  ),
  ports: edited(
    'inPlace',
    [
      ['8080:80', '127.0.0.1:8081:81/udp'],
      ['127.0.0.1:8080:80', '8082:82'],
    ],
    async ({ lab }, ports) => {
      const { stdout } = await lab.exec(['nft', '--stateless', 'list', 'table', 'inet', 'capsule']);
      for (const [everywhere, pattern] of ports.map(portPattern)) {
        assert.match(stdout, pattern, String(everywhere));
      }
      assert.equal(
        /8081/.test(stdout),
        ports.some((port) => port.includes('8081')),
      );
    },
  ),
  volumes: edited(
    'newContainer',
    [
      [
        { source: SHARED, target: '/shared' },
        { source: ENSURED, target: '/made', ensure: true },
        { source: 'data', target: '/data' },
        { kind: 'tmpfs', target: '/memory', sizeBytes: 1048576, mode: '0750' },
      ],
      [
        { source: SHARED, target: '/shared', readOnly: true },
        { source: 'data', target: '/data', readOnly: true },
      ],
    ],
    async (at, volumes) => {
      const mounts = await mountsOf(at);
      for (const { target, readOnly = false } of volumes as readonly Volume[]) {
        assert.match(mounts[target] ?? '', readOnly ? / ro[, ]/ : / rw[, ]/, target);
      }
      assert.equal(await inside(at, 'cat /shared/word'), 'hello\n');
      if (volumes.length < 4) return;
      assert.match(mounts['/memory'] ?? '', /^tmpfs .*size=1024k,mode=750/);
      const made = await stat(pathOf(at.lab, ENSURED));
      assert.equal(made.mode & 0o7777, 0o755);
    },
  ),
  networksAliases: edited('inPlace', [['front'], ['back', 'web-1']], async (at, aliases) => {
    for (const name of ['front', 'back', 'web-1']) {
      const answer = await inside(at, `busybox nslookup ${name}.default.main.capsule.internal`);
      assert.equal(/^Name:/m.test(answer), aliases.includes(name), `${name}: ${answer}`);
    }
  }),
  hostNetwork: edited('newContainer', [true, false], sharesWithCapsule('net'), OWN),
  hostPID: edited('newContainer', [true, false], sharesWithCapsule('pid'), OWN),
  hostIPC: edited('newContainer', [true, false], sharesWithCapsule('ipc'), OWN),
  hostname: edited(
    'newContainer',
    ['one.lan', 'two.lan'],
    async (at, name) => {
      assert.equal(
        await inside(at, 'cat /proc/sys/kernel/hostname /etc/hostname'),
        `${name}\n${name}\n`,
      );
      assert.ok((await wordsOf(at.lab, at.pid, 'environ')).includes(`HOSTNAME=${name}`));
    },
    OWN,
  ),
  extraHosts: edited(
    'newContainer',
    [{ printer: '192.0.2.9' }, { scanner: '192.0.2.10' }],
    async (at, hosts) => {
      const text = await inside(at, 'cat /etc/hosts');
      for (const [name, address] of Object.entries(hosts)) {
        assert.ok(text.includes(`${address}\t${name}\n`), text);
      }
    },
    OWN,
  ),
  dns: edited(
    'newContainer',
    [{ nameservers: ['192.0.2.53'], searches: ['lan'] }, { options: ['ndots:3'] }],
    async (at, { nameservers = ['172.20.254.1'], searches, options }) => {
      const text = await inside(at, 'cat /etc/resolv.conf');
      for (const server of nameservers)
        assert.match(text, new RegExp(`^nameserver ${server}$`, 'm'));
      for (const search of searches ?? [])
        assert.match(text, new RegExp(`^search ${search}$`, 'm'));
      for (const option of options ?? [])
        assert.match(text, new RegExp(`^options .*${option}`, 'm'));
    },
    OWN,
  ),
  privileged: edited(
    'newContainer',
    [true, false],
    async ({ lab, pid }, privileged) => {
      const all = await statusField(lab, 1, 'CapBnd');
      assert.equal((await statusField(lab, pid, 'CapEff')) === all, privileged);
      assert.equal(await statusField(lab, pid, 'NoNewPrivs'), privileged ? '0' : '1');
    },
    AS_ROOT,
  ),
  restartPolicy: edited('inPlace', ['always', 'never'], elsewhere),
  restartBackoffSeconds: edited('inPlace', [1, 2], elsewhere),
  restartMaxRetries: edited('inPlace', [1, 2], elsewhere, { and: { restartPolicy: 'on-failure' } }),
  healthCheck: edited(
    'inPlace',
    [{ exec: { command: ['true'] } }, { exec: { command: ['false'] }, onFailure: 'none' }],
    elsewhere,
  ),
  minReadySeconds: edited('inPlace', [0, 1], elsewhere),
  dependsOn: edited('inPlace', [['dns'], ['hostname']], elsewhere, OWN),
  updatePolicy: edited('inPlace', ['replace', 'rollback'], elsewhere, OWN),
  updateTimeoutSeconds: edited('inPlace', [100, 200], elsewhere, OWN),
  readOnlyRootFilesystem: edited('newContainer', [true, false], async (at, readOnly) => {
    assert.match((await mountsOf(at))['/'] ?? '', readOnly ? / ro[, ]/ : / rw[, ]/);
  }),
  capabilities: edited(
    'newContainer',
    [{ add: ['NET_ADMIN'], drop: ['ALL'] }, { drop: ['ALL'] }],
    async ({ lab, pid }, { add }) => {
      const expected = add === undefined ? '0000000000000000' : '0000000000001000';
      assert.equal(await statusField(lab, pid, 'CapBnd'), expected);
    },
  ),
  securityOpts: edited(
    'newContainer',
    [['no-new-privileges=false', 'seccomp=unconfined'], ['no-new-privileges']],
    async ({ lab, pid }, opts) => {
      assert.equal(await statusField(lab, pid, 'NoNewPrivs'), opts.length === 2 ? '0' : '1');
      const outside = await statusField(lab, 1, 'Seccomp');
      assert.equal(await statusField(lab, pid, 'Seccomp'), opts.length === 2 ? outside : '2');
    },
  ),
  tmpfs: edited(
    'newContainer',
    [
      [{ path: '/scratch', sizeBytes: 1048576 }],
      [{ path: '/scratch', options: ['noexec', 'mode=0700'] }],
    ],
    async (at, [one]) => {
      const shown = (await mountsOf(at))['/scratch'] ?? '';
      assert.match(
        shown,
        one !== undefined && 'options' in one ? /noexec.*mode=700/ : /size=1024k/,
      );
    },
  ),
  resources: edited(
    'inPlace',
    [
      { memoryLimitBytes: 64 * 2 ** 20, cpuShares: 512, cpuMillis: 250, pidsLimit: 50 },
      { memoryLimitBytes: 65 * 2 ** 20, cpuShares: 2048, cpuMillis: 300, pidsLimit: 60 },
    ],
    async (at, { memoryLimitBytes, cpuShares, cpuMillis, pidsLimit }) => {
      const values = await cgroupValues(at);
      assert.equal(
        values['memory.limit_in_bytes'] ?? values['memory.max'],
        String(memoryLimitBytes),
      );
      const weight = 1 + Math.floor(((cpuShares - 2) * 9999) / 262142);
      assert.ok([String(cpuShares), String(weight)].includes(sharesOf(values)), sharesOf(values));
      const quota = values['cpu.cfs_quota_us'] ?? values['cpu.max']?.split(' ')[0];
      assert.equal(quota, String(cpuMillis * 100));
      assert.equal(values['pids.max'], String(pidsLimit));
    },
  ),
  ulimits: edited(
    'newContainer',
    [[{ name: 'nofile', soft: 100, hard: 200 }], [{ name: 'nofile', soft: 300, hard: 300 }]],
    async ({ lab, pid }, [one]) => {
      const limits = await readFile(pathOf(lab, `/proc/${pid}/limits`), 'utf8');
      const { soft, hard } = one ?? {};
      assert.match(limits, new RegExp(`^Max open files\\s+${soft}\\s+${hard}\\s`, 'm'));
    },
  ),
  devices: edited(
    'newContainer',
    [['/dev/fuse', '/dev/net'], ['/dev/fuse']],
    async (at, paths) => {
      const opens = await inside(
        at,
        'cd /dev; for d in fuse net/tun; do if [ -c $d ]; then : <$d; echo $d; fi; done',
      );
      assert.equal(opens, paths.length === 1 ? 'fuse\n' : 'fuse\nnet/tun\n');
    },
    AS_ROOT,
  ),
  shmSize: edited('inPlace', ['1M', 128 * 1024 * 1024], holdsSharedMemory, OWN),
  sysctls: edited(
    'newContainer',
    [
      { 'net.core.somaxconn': '77', 'net.ipv4.tcp_fin_timeout': '33' },
      { 'net.core.somaxconn': '78' },
    ],
    async (at, values) => {
      const { 'net.core.somaxconn': queue, 'net.ipv4.tcp_fin_timeout': timeout = '60' } = values;
      const shown = await inside(at, 'cd /proc/sys/net; cat core/somaxconn ipv4/tcp_fin_timeout');
      assert.equal(shown, `${queue}\n${timeout}\n`);
    },
    OWN,
  ),
  stopSignal: edited('inPlace', ['SIGUSR1', 'SIGUSR2'], elsewhere, {
    and: { command: '/bin/sh', args: ['-c', SIGNALS] },
  }),
  stopGraceSeconds: edited('inPlace', [300, 1], elsewhere, {
    and: { command: '/bin/sh', args: ['-c', SIGNALS] },
  }),
  labels: edited('inPlace', [{ team: 'a' }, { team: 'b', tier: 'web' }], async (at, labels) => {
    await using client = connectCapsule(at.lab.host);
    const { node } = await client.cell.get({ place: placeOf(at) });
    assert.ok(node.case === 'container');
    assert.deepEqual({ ...node.value.spec?.container?.labels }, labels);
  }),
};

interface Volume {
  readonly target: string;
  readonly readOnly?: boolean;
}

async function firstWord({ lab, pid }: RowContainer, word: string): Promise<void> {
  assert.equal((await wordsOf(lab, pid, 'cmdline'))[0], word);
}

function inEnvironment(name: string): Shows<string> {
  return async ({ lab, pid }, value) => {
    assert.ok((await wordsOf(lab, pid, 'environ')).includes(`KUKEON_${name}=${value}`));
  };
}

async function holdsSharedMemory(at: RowContainer, size: string | number): Promise<void> {
  const kib = size === '1M' ? 1024 : 128 * 1024;
  assert.match((await mountsOf(at))['/dev/shm'] ?? '', new RegExp(`size=${kib}k`));
}

function sharesWithCapsule(kind: string): Shows<boolean> {
  return async ({ lab, pid }, isShared) => {
    const [own, capsule] = [await namespaceOf(lab, pid, kind), await namespaceOf(lab, 1, kind)];
    assert.equal(own === capsule, isShared);
  };
}

/** The element of the packet filter for a port as manifests write it. */
function portPattern(text: string): readonly [string, RegExp] {
  const [, address, host, container, protocol = 'tcp'] =
    /^(?:([\d.]+):)?(\d+):(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  const at = address === undefined ? '[{,]\\s*' : `${address.replaceAll('.', '\\.')} \\. `;
  const number = protocol === 'udp' ? '(udp|17)' : '(tcp|6)';
  return [text, new RegExp(`${at}${number} \\. ${host} : [\\d.]+ \\. ${container}\\b`)];
}

function placeOf({ cell, container }: RowContainer) {
  return { realm: 'main', space: 'default', stack: 'default', cell, container };
}

async function inside(at: RowContainer, command: string): Promise<string> {
  return (await insideCell(at.lab, placeOf(at), '/bin/sh', '-c', command)).stdout;
}

/** Type, source and options of each mount, by mount point. */
async function mountsOf({ lab, pid }: RowContainer): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(pathOf(lab, `/proc/${pid}/mounts`), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  return Object.fromEntries(
    lines.map(([source, path = '', type, options]) => [path, `${type} ${source} ${options} `]),
  );
}

const FILES = [
  ...['memory.limit_in_bytes', 'memory.max', 'cpu.cfs_quota_us', 'cpu.max', 'pids.max'],
  ...['cpu.shares', 'cpu.weight'],
];

async function cgroupValues(at: RowContainer): Promise<Readonly<Record<string, string>>> {
  const leaf = `kukeon/main/default/default/${at.cell}/${at.container}_${at.container}`;
  const found = (await cgroupRoots(at.lab)).flatMap((root) =>
    FILES.map(async (file) => {
      const read = readFile(pathOf(at.lab, join(root, leaf, file)), 'utf8');
      return [file, (await read.catch(absent))?.trim()] as const;
    }),
  );
  const values = (await Promise.all(found)).filter(([, text]) => text !== undefined);
  return Object.fromEntries(values) as Record<string, string>;
}

function sharesOf(values: Readonly<Record<string, string>>): string {
  return values['cpu.shares'] ?? values['cpu.weight'] ?? '';
}

function absent(failure: NodeJS.ErrnoException): undefined {
  if (failure.code !== 'ENOENT') throw failure;
}
