import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellDocumentFromProto,
  containerDocumentFromProto,
  errorToDetail,
  type ManifestApplyRequest,
  scopeSpecFromProto,
  WorkloadChange,
} from '@capsule/api/wire';
import { action, defineErrors, remedy } from '@capsule/core';
import { KUKE } from '../../kuke/program.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import {
  sampleCell,
  sampleContainer,
  sampleScope,
  wireCell,
  wireContainer,
  wireScope,
} from '../../testing/sample-node.ts';

const fault = defineErrors('FAULT', {
  EXISTS: {
    kind: 'conflict',
    message: () => 'container side exists and differs in image',
    hint: remedy`change it with ${action('apply')}`,
  },
  NOT_FOUND: { kind: 'notFound', message: () => 'there is no cell wrong', hint: 'look' },
});

interface Capsule {
  readonly cell?: Parameters<typeof sampleCell>[1];
  readonly change?: WorkloadChange;
  readonly isRefused?: boolean;
}

async function kuke(words: readonly string[], { cell, change, isRefused }: Capsule = {}) {
  const requests: ManifestApplyRequest[] = [];
  const services: FakeServices = {
    cell: {
      get({ place }) {
        if (place?.cell === 'wrong') throw fault.NOT_FOUND({});
        if (place?.cell) return wireCell(sampleCell(['web'], cell));
        return wireScope(sampleScope(['main']));
      },
      async *watch({ within }) {
        yield within?.container
          ? { node: wireContainer(sampleContainer(within.container)) }
          : { node: wireCell(sampleCell()) };
      },
    },
    manifest: {
      apply(request) {
        requests.push(request);
        if (isRefused) return { containers: [{ error: errorToDetail(fault.EXISTS({})) }] };
        const done = { change: change ?? WorkloadChange.CREATED };
        const { scopes, cells, containers } = request;
        return {
          scopes: scopes.map(({ place }) => ({ ...done, ...(place && { place }) })),
          cells: cells.map((one) => ({
            ...done,
            node: wireCell(sampleCell(one.containers.map(() => 'web'))),
          })),
          containers: containers.map((one) => ({
            ...done,
            node: wireContainer(sampleContainer(one.place?.container ?? '')),
          })),
        };
      },
    },
  };
  await using capsule = await startFakeCapsule(services);
  const result = await runCapsulectl(words, { program: KUKE, target: capsule.target });
  return { ...result, request: requests[0] };
}

/** As the container page prints it. */
const PAGE = [
  ...'create container side --cell hello-world'.split(' '),
  ...'--realm main --space default --stack default'.split(' '),
  ...'--image docker.io/library/busybox:latest'.split(' '),
  ...['--command', '/bin/sh', '--args', '-c', '--args', 'sleep 3600'],
];

test('the command of the container page creates and starts a container in addition to the root', async () => {
  const { stdout, request } = await kuke(PAGE);
  assert.equal(stdout, 'container web/side created\ncontainer web/side started: Ready\n');
  assert.equal(request?.createOnly, true);
  const [wire] = request?.containers ?? [];
  assert.ok(wire);
  const { ref, spec } = containerDocumentFromProto(wire);
  assert.deepEqual(ref.cell, {
    realm: 'main',
    space: 'default',
    stack: 'default',
    cell: 'hello-world',
  });
  assert.equal(spec.image, 'docker.io/library/busybox:latest');
  assert.deepEqual([spec.command, spec.args], [['/bin/sh'], ['-c', 'sleep 3600']]);
  assert.equal(spec.restartPolicy, 'never');
});

test('an image is not required', async () => {
  const { request } = await kuke(['create', 'container', 'side', '--cell', 'web']);
  assert.equal(request?.containers[0]?.spec?.container?.image, 'docker.io/library/debian:latest');
});

test('every flag sets its field', async () => {
  const { request, stderr } = await kuke([
    ...'c co side --cell web --image nginx --env A=b=c --env D= --port 8080:80/udp'.split(' '),
    ...'--volume /srv/html:/html:ro --volume data:/data --tmpfs /run:size=64m,noexec'.split(' '),
    ...'--network-alias www --user 1000:1000 --working-dir /srv --privileged --read-only'.split(
      ' ',
    ),
    ...'--cap-add NET_ADMIN --cap-drop ALL --security-opt no-new-privileges --memory 64m'.split(
      ' ',
    ),
    ...'--cpu-shares 512 --cpu-millis 500 --pids-limit 100 --restart-policy on-failure'.split(' '),
    ...'--restart-backoff 2 --restart-max-retries 3 --stop-signal SIGQUIT --stop-grace 3'.split(
      ' ',
    ),
    ...'--pull-policy Always --label app=web --label tier=front'.split(' '),
  ]);
  const [wire] = request?.containers ?? [];
  assert.ok(wire, stderr);
  const { spec } = containerDocumentFromProto(wire);
  assert.deepEqual(spec.env, { A: 'b=c', D: '' });
  assert.deepEqual(spec.ports, [{ hostPort: 8080, containerPort: 80, protocol: 'udp' }]);
  assert.deepEqual(spec.hostBindPaths, [{ source: '/srv/html', target: '/html', readOnly: true }]);
  assert.deepEqual(
    spec.mounts.map(({ volumeName, mountPath }) => [volumeName, mountPath]),
    [['data', '/data']],
  );
  assert.deepEqual(spec.tmpfs, [
    { mountPath: '/run', sizeBytes: 64 * 1024 * 1024, options: ['noexec'] },
  ]);
  assert.deepEqual(spec.aliases, ['www']);
  assert.deepEqual([spec.user, spec.workingDir, spec.privileged], ['1000:1000', '/srv', true]);
  assert.equal(spec.readOnlyRootFilesystem, true);
  assert.deepEqual(spec.capabilities, { add: ['CAP_NET_ADMIN'], drop: ['ALL'] });
  assert.deepEqual(spec.securityOpts, ['no-new-privileges']);
  assert.deepEqual(spec.resources, {
    memoryBytes: 64 * 1024 * 1024,
    cpuShares: 512,
    cpuMillis: 500,
    pids: 100,
  });
  assert.deepEqual(
    [spec.restartPolicy, spec.restartBackoffSeconds, spec.restartMaxRetries],
    ['onFailure', 2, 3],
  );
  assert.deepEqual([spec.stopSignal, spec.stopGraceSeconds], ['SIGQUIT', 3]);
  assert.deepEqual([spec.imagePullPolicy, spec.labels], ['always', { app: 'web', tier: 'front' }]);
});

test('a cell is empty, or has a root with its name', async () => {
  const empty = await kuke('create cell web'.split(' '));
  assert.equal(empty.stdout, 'cell web created, without containers\n');
  assert.deepEqual(empty.request?.cells[0]?.containers, []);
  const { request, stdout } = await kuke('create cell web --image nginx --port 8080:80'.split(' '));
  assert.equal(stdout, 'cell web created\ncell web started: Ready\n');
  const [wire] = request?.cells ?? [];
  assert.ok(wire);
  assert.equal(cellDocumentFromProto(wire).containers[0]?.ref.container, 'web');
  const wrong = await kuke('create cell web --port 8080:80'.split(' '));
  assert.match(wrong.stderr, /--port needs a container, and a cell without --image has none/);
});

test('realms, spaces and stacks are created where the flags say', async () => {
  const place = async (words: string) => {
    const { request, stdout } = await kuke(words.split(' '));
    const [wire] = request?.scopes ?? [];
    assert.ok(wire, words);
    return [stdout, scopeSpecFromProto(wire)];
  };
  assert.deepEqual(await place('create realm prod --namespace other'), [
    'realm prod created\n',
    { place: { realm: 'prod' }, labels: {}, namespace: 'other' },
  ]);
  assert.deepEqual(await place('c sp shop --realm prod'), [
    'space prod/shop created\n',
    { place: { realm: 'prod', space: 'shop' }, labels: {} },
  ]);
  assert.deepEqual(await place('c st blog'), [
    'stack main/default/blog created\n',
    { place: { realm: 'main', space: 'default', stack: 'blog' }, labels: {} },
  ]);
});

test('in a cell that does not run, a container is created and not started', async () => {
  const { stdout, exitCode } = await kuke(PAGE, { cell: { desired: 'stopped' } });
  assert.equal(exitCode, 0);
  assert.match(stdout, /^container web\/side created, not started: cell web does not run$/m);
  assert.match(stdout, /^`kuke start cell web` starts the cell$/m);
});

test('in a paused cell, a container is created and not waited for', async () => {
  const root = sampleContainer('web', { isRoot: true, status: { state: 'paused' } });
  const { stdout, exitCode } = await kuke(PAGE, { cell: { containers: [root] } });
  assert.equal(exitCode, 0);
  assert.match(stdout, /^container web\/side created, not started: cell web is paused$/m);
  assert.match(stdout, /^`kuke unpause cell web` resumes the cell$/m);
});

test('one that exists is left as it is; with other fields it is an error that points to apply', async () => {
  const same = await kuke(PAGE, { change: WorkloadChange.UNCHANGED });
  assert.deepEqual([same.exitCode, same.stdout], [0, 'container web/side already exists\n']);
  const other = await kuke(PAGE, { isRefused: true });
  assert.equal(other.exitCode, 4);
  assert.match(other.stderr, /exists and differs in image\n {2}fix: change it with `kuke apply`/);
});

test('a misspelt cell is not created', async () => {
  const { stderr, exitCode, request } = await kuke('create container side --cell wrong'.split(' '));
  assert.deepEqual([exitCode, request], [3, undefined]);
  assert.match(stderr, /there is no cell wrong/);
});

test('wrong values are answered with the flag that holds them', async () => {
  for (const [words, answer] of [
    ['--port eighty', /^error: --port: "eighty" is not a published port$/m],
    ['--volume /a', /^error: --volume takes SOURCE:TARGET\[:ro\], not "\/a"$/m],
    ['--memory much', /^error: --memory takes a size, not "much"$/m],
    ['--cpu-shares lots', /^error: --cpu-shares takes a whole number, not "lots"$/m],
    ['--label x', /^error: --label takes NAME=VALUE, not "x"$/m],
    ['--env =x', /^error: --env: /m],
    ['--restart-policy often', /Allowed choices are never, on-failure/],
  ] as const) {
    const { stderr, exitCode } = await kuke(`create container side --cell web ${words}`.split(' '));
    assert.equal(exitCode, 2, words);
    assert.match(stderr, answer, words);
  }
});
