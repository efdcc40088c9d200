import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { type Lab, startLab } from '@capsule/testkit';
import { bareGrpcStatuses } from './support/bare-grpc.ts';
import { listByReflection, runBufCurl } from './support/run-buf-curl.ts';

const CAPSULE = 'capsule.v1.CapsuleService';
const WORKLOAD = 'capsule.v1.WorkloadService';
const IMAGE = 'capsule.v1.ImageService';
const UNIMPLEMENTED = 12;

/** Services that exist in the API only. */
const LATER = 'capsule.v1.InstallService/';

suite('the API for clients other than capsulectl', { concurrency: false }, () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ images: [] });
  });
  after(() => lab[Symbol.asyncDispose]());

  const call = (method: string, ...messages: object[]) => runBufCurl(lab, method, ...messages);
  const apply = (workload: object) => call(`${WORKLOAD}/Apply`, { workload });

  test('reflection lists all services', async () => {
    assert.deepEqual((await listByReflection(lab, 'services')).toSorted(), [
      'capsule.v1.AuditService',
      'capsule.v1.CapsuleService',
      'capsule.v1.CellService',
      'capsule.v1.EventService',
      'capsule.v1.IdentityService',
      'capsule.v1.ImageService',
      'capsule.v1.InstallService',
      'capsule.v1.ManifestService',
      'capsule.v1.RegistryService',
      'capsule.v1.VolumeService',
      'capsule.v1.WorkloadService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
    ]);
  });

  test('every served method answers', async () => {
    const info = await call(`${CAPSULE}/GetInfo`);
    assert.equal(info.messages[0]?.['bridgeCidr'], '172.20.254.0/24');
    assert.deepEqual((await call(`${WORKLOAD}/List`)).messages, [{}]);
    assert.deepEqual((await call(`${IMAGE}/List`)).messages, [{}]);
    const logs = await call(`${CAPSULE}/StreamLogs`, { tailLines: 2 });
    assert.ok(logs.messages.length > 0);
    const deleted = await call(`${WORKLOAD}/Delete`, { name: 'nobody' });
    assert.deepEqual([deleted.code, deleted.messages], ['ok', [{}]]);
    for (const service of ['', WORKLOAD]) {
      const health = await call('grpc.health.v1.Health/Check', { service });
      assert.deepEqual(health.messages, [{ status: 'SERVING' }], service);
    }
  });

  test('methods of later versions return Unimplemented', async () => {
    const methods = (await listByReflection(lab, 'methods')).filter((method) =>
      method.startsWith(LATER),
    );
    assert.equal(methods.length, 2);
    const statuses = await bareGrpcStatuses(lab, methods);
    const wrong = methods.filter((_, index) => statuses[index] !== UNIMPLEMENTED);
    assert.deepEqual(wrong, []);
    const answer = await call(methods[0] ?? '', {});
    assert.equal(answer.code, 'unimplemented');
  });

  const refused: readonly { what: string; workload: object; paths: readonly string[] }[] = [
    { what: 'nothing', workload: {}, paths: ['kind'] },
    {
      what: 'an enum value of the future',
      workload: workload({ networkMode: 7 }),
      paths: ['container.networkMode'],
    },
    {
      what: 'fields that this version cannot honour',
      workload: workload({ hostMount: true }),
      paths: ['container.hostMount'],
    },
    {
      what: 'a microVM that cannot be',
      workload: {
        name: 'vm',
        kind: 'WORKLOAD_KIND_MICRO_VM',
        microVm: { image: 'a', vcpus: 99, resources: { memoryBytes: '268435456' } },
      },
      paths: ['microVm.resources.memory', 'microVm.vcpus'],
    },
    {
      what: 'values that break rules, together with what cannot be honoured',
      workload: {
        ...workload({
          hostMount: true,
          ports: [{ containerPort: 99_999, hostPort: 80 }],
        }),
        name: 'No Name',
      },
      paths: ['container.hostMount', 'container.ports[0].containerPort', 'name'],
    },
  ];
  for (const { what, workload, paths } of refused) {
    test(`an apply of ${what} is refused, and the error names every wrong field`, async () => {
      const { code, detail } = await apply(workload);
      assert.equal(code, 'invalid_argument');
      assert.equal(detail?.code, 'MANIFEST_SPEC_INVALID');
      assert.equal(detail?.link, 'docs/reference/errors.md#manifest_spec_invalid');
      assert.deepEqual(detail?.problems.map(({ path }) => path).toSorted(), paths);
      assert.deepEqual((await call(`${WORKLOAD}/List`)).messages, [{}]);
    });
  }

  test('every error has its gRPC status, its code and a remedy', async () => {
    const calls = [
      [`${WORKLOAD}/Get`, { name: 'nobody' }, 'not_found', 'WORKLOAD_NOT_FOUND'],
      [`${WORKLOAD}/Logs`, { name: 'nobody' }, 'not_found', 'WORKLOAD_NOT_FOUND'],
      [`${CAPSULE}/StreamLogs`, { cursor: 'x' }, 'invalid_argument', 'LOG_CURSOR_INVALID'],
      [`${IMAGE}/Push`, { chunk: 'aGVsbG8=' }, 'invalid_argument', 'IMAGE_INVALID'],
    ] as const;
    for (const [method, message, code, detailCode] of calls) {
      const answer = await call(method, message);
      assert.deepEqual([answer.code, answer.detail?.code], [code, detailCode], method);
    }
    const late = await call(`${IMAGE}/Push`, { chunk: 'aGVsbG8=' }, { metadata: {} });
    assert.deepEqual([late.code, late.detail?.code], ['invalid_argument', 'PUSH_OUT_OF_ORDER']);
  });

  test('an apply and a delete return the objects that they changed', async () => {
    const spec = workload({ image: 'nowhere.invalid/none:1' });
    const changes = [await apply(spec), await apply(spec)].map(
      ({ messages }) => messages[0]?.['change'],
    );
    assert.deepEqual(changes, ['WORKLOAD_CHANGE_CREATED', 'WORKLOAD_CHANGE_UNCHANGED']);
    const deleted = await call(`${WORKLOAD}/Delete`, { name: 'web' });
    assert.deepEqual(deleted.messages, [{ existed: true }]);
  });

  test('only root can use the socket, and only the API and DNS are open to the network', async () => {
    const { mode, uid } = await stat(lab.host.slice('unix:'.length));
    assert.deepEqual([mode & 0o777, uid], [0o600, 0]);
    const { stdout } = await lab.onItsNetwork(['ss', '--no-header', '--listening', '--tcp']);
    const listeners = stdout.trim().split('\n');
    assert.equal(listeners.length, 2, stdout);
    assert.match(stdout, / 172\.20\.254\.1:20053 /);
    assert.match(stdout, / \*:50000 /);
  });

  test('random bytes on the socket do not affect other clients', async () => {
    const pid = await lab.servicePid('capsuled');
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const noises = Array.from({ length: 100 }, (_, index) =>
      Buffer.concat([index % 2 === 0 ? preface : Buffer.of(), randomBytes(index * 20)]),
    );
    await Promise.all(noises.map((noise) => sendNoise(lab, noise)));
    assert.equal((await call(`${CAPSULE}/GetInfo`)).code, 'ok');
    assert.equal(await lab.servicePid('capsuled'), pid);
  });
});

function workload(container: object): object {
  return { name: 'web', kind: 'WORKLOAD_KIND_CONTAINER', container: { image: 'a', ...container } };
}

async function sendNoise({ host }: Lab, noise: Uint8Array): Promise<void> {
  const socket = connect(host.slice('unix:'.length));
  // The server may close the connection after random bytes.
  socket.on('error', () => undefined);
  socket.resume();
  const closed = once(socket, 'close');
  socket.end(noise);
  await closed;
}
