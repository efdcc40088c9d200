import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workloadToProto } from '@capsule/api/wire';
import { Interruption } from '../../program/context/interruption.ts';
import type { Terminal } from '../../program/context/terminal.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

const nothing = () => ({ [Symbol.dispose]: () => undefined });
const terminal: Terminal = {
  size: () => ({ cols: 80, rows: 24 }),
  onResize: nothing,
  raw: nothing,
};

const MOUNT = { volumeName: 'notes', mountPath: '/data', readOnly: false, copyUp: true };

/** Puts the names of all that is deleted into `done`. */
function services(done: string[]): FakeServices {
  const gone = ({ name }: { name: string }) => {
    done.push(name);
    return { existed: true };
  };
  const image = (name: string, usedBy: string[] = []) => ({
    name,
    digest: 'sha256:1',
    sizeBytes: 2_097_152n,
    createdUnix: 0n,
    usedBy,
  });
  const web = sampleWorkload({ spec: { mounts: [MOUNT] } });
  const app = sampleWorkload({ spec: { name: 'app', dependsOn: ['web'] } });
  return {
    workload: { list: () => ({ workloads: [web, app].map(workloadToProto) }), delete: gone },
    volume: {
      list: () => ({
        volumes: [
          { name: 'notes', usedBytes: 1_048_576n, mountedBy: ['web'] },
          { name: 'free', usedBytes: 1024n },
        ],
      }),
      listSnapshots: () => ({
        snapshots: [
          { volume: 'notes', name: 'before' },
          { volume: 'free', name: 'old' },
        ],
      }),
      delete: gone,
      deleteSnapshot: gone,
      restore: ({ volume }) => {
        done.push(volume);
        return {};
      },
    },
    image: {
      list: () => ({
        images: [
          image('docker.io/library/box:1'),
          image('docker.io/library/used:1', ['web']),
          image('ghcr.io/ann/app:2', ['app']),
        ],
      }),
      remove: gone,
      prune({ dryRun }) {
        if (!dryRun) done.push('pruned');
        return { images: [image('docker.io/library/box:1')] };
      },
    },
    registry: {
      list: () => ({
        registries: [
          { name: 'ghcr.io', username: 'ann' },
          {
            name: 'registry.home:5000',
            username: 'ann',
            declared: true,
            mirrors: ['https://mirror.home'],
            caCertificate: 'PEM',
          },
        ],
      }),
      delete: gone,
      logout: gone,
    },
  };
}

async function ask(line: string, answer: string, hasTerminal = true) {
  const done: string[] = [];
  await using capsule = await startFakeCapsule(services(done));
  const { target } = capsule;
  const stdin = `${answer}\n`;
  const options = { target, stdin, ...(hasTerminal && { terminal, isTerminal: true }) };
  const result = await runCapsulectl(line.split(' '), options);
  return { ...result, done };
}

const DESTRUCTIVE: readonly (readonly [line: string, losses: RegExp, done: readonly string[]])[] = [
  [
    'workload delete web',
    /^ {2}web: running container of nginx:1\.27-alpine, with all files that it wrote\n {4}outside of the volume notes; app depends on it\nDelete this workload\? \[y\/N\] /,
    ['web'],
  ],
  ['rm web app', / {2}app: .*\nDelete these 2 workloads\?/, ['web', 'app']],
  [
    'volume delete --force notes',
    /^ {2}notes: 1 MiB of data, with the snapshot notes@before, stops web\nDelete this/,
    ['notes'],
  ],
  [
    'volume rm --force notes@before free',
    /notes@before: .*\n {2}free: 1 KiB of data, with the snapshot free@old\n/,
    ['before', 'free'],
  ],
  ['volume delete free@old free', /^ {2}free@old: .*\n {2}free: 1 KiB of data\n/, ['old', 'free']],
  ['volume restore --discard notes@before', /the present contents of notes/, ['notes']],
  ['image rm box:1', /^ {2}box:1: 2 MiB\nRemove this image\?/, ['box:1']],
  ['image prune', /^ {2}box:1: 2 MiB\n/, ['pruned']],
  [
    'registry delete registry.home:5000',
    /^ {2}registry\.home:5000: the mirror https:\/\/mirror\.home, its CA certificate; the\n {4}login of ann stays\nDelete this/,
    ['registry.home:5000'],
  ],
  [
    'registry logout ghcr.io',
    /^ {2}ghcr\.io: the login of ann, with its password; later pulls of ghcr\.io\/ann\/app:2\n {4}are anonymous\nRemove this login\?/,
    ['ghcr.io'],
  ],
];

for (const [line, losses, done] of DESTRUCTIVE) {
  test(`\`${line}\` lists the affected objects on a terminal, and waits for a yes`, async () => {
    const refused = await ask(line, '');
    assert.match(refused.stderr, losses);
    assert.deepEqual([refused.exitCode, refused.done, refused.stdout], [1, [], '']);
    assert.match(refused.stderr, /error: nothing was done/);
    const agreed = await ask(line, 'Yes');
    assert.deepEqual([agreed.exitCode, agreed.done], [0, done]);
    for (const free of [await ask(`${line} --yes`, ''), await ask(line, '', false)]) {
      assert.deepEqual([free.exitCode, free.done, free.stderr.includes('?')], [0, done, false]);
    }
  });
}

test('a name that is missing or would be refused is not asked about', async () => {
  const lines = [
    'volume delete notes',
    'image rm used:1',
    'workload delete missing',
    'registry delete ghcr.io',
    'registry logout quay.io',
  ];
  for (const line of lines) {
    assert.ok(!(await ask(line, '')).stderr.includes('[y/N]'), line);
  }
});

test('Ctrl-C at the question ends the command, and nothing is done', async () => {
  const done: string[] = [];
  await using capsule = await startFakeCapsule(services(done));
  const stop = new AbortController();
  const { promise: never } = Promise.withResolvers<never>();
  const typed = { [Symbol.asyncIterator]: () => ({ next: () => never }) };
  const { target } = capsule;
  const words = ['workload', 'delete', 'web'];
  const { exitCode, stderr } = await runCapsulectl(words, {
    target,
    terminal,
    isTerminal: true,
    stdin: typed,
    signal: stop.signal,
    onWrite: (text) => text.includes('[y/N]') && stop.abort(new Interruption('SIGINT')),
  });
  assert.deepEqual([exitCode, done], [130, []]);
  assert.match(stderr, /\[y\/N\] \n$/, 'the prompt of the shell begins a line');
});
