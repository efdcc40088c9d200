import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { create, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import { WorkloadService } from '../gen/capsule/v1/workload_pb.ts';
import {
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts';
import { openServer } from '../testing/open-server.ts';
import { SocketSessions } from '../testing/socket-sessions.ts';
import { createReflectionService } from './reflection-service.ts';

const SERVICES = [CapsuleService, WorkloadService];

test('a generic client lists the services and calls one, without a schema of its own', async (t) => {
  const { socketPath } = await serve(t);
  const curl = async (...args: string[]) => {
    const options = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];
    const target = ['--unix-socket', socketPath, ...args];
    return (await promisify(execFile)('node_modules/.bin/buf', [...options, ...target])).stdout;
  };
  const listed = await curl('--list-services', 'http://capsule');
  assert.deepEqual(listed.trim().split('\n').sort(), SERVICES.map((s) => s.typeName).sort());
  const method = 'http://capsule/capsule.v1.CapsuleService/GetInfo';
  assert.deepEqual(JSON.parse(await curl(method)), { hostname: 'box' });
});

const SYMBOLS = [
  'capsule.v1.WorkloadService',
  'capsule.v1.WorkloadService.Apply',
  'capsule.v1.Workload',
  'capsule.v1.Workload.container',
  'capsule.v1.NetworkMode',
];

for (const symbol of SYMBOLS) {
  test(`the file that defines ${symbol} is returned after its imports`, async (t) => {
    const [answer] = await ask(t, { case: 'fileContainingSymbol', value: symbol });
    assert.equal(answer?.case, 'fileDescriptorResponse');
    const names = answer.value.fileDescriptorProto.map(
      (bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name,
    );
    assert.deepEqual(names, [
      'capsule/v1/bulk.proto',
      'capsule/v1/error.proto',
      'google/protobuf/descriptor.proto',
      'capsule/v1/needs.proto',
      'capsule/v1/place.proto',
      'capsule/v1/workload.proto',
    ]);
  });
}

test('a file is found by its name', async (t) => {
  const [answer] = await ask(t, { case: 'fileByFilename', value: 'capsule/v1/capsule.proto' });
  assert.equal(answer?.case, 'fileDescriptorResponse');
});

const MISSING: readonly ServerReflectionRequest['messageRequest'][] = [
  { case: 'fileByFilename', value: 'x.proto' },
  { case: 'fileContainingSymbol', value: 'x.Y' },
  { case: 'allExtensionNumbersOfType', value: 'capsule.v1.Workload' },
];

test('a missing file or symbol is an error response, and does not end the stream', async (t) => {
  const answers = await ask(t, ...MISSING);
  assert.deepEqual(
    answers.map((answer) => answer.case === 'errorResponse' && answer.value.errorCode),
    [Code.NotFound, Code.NotFound, Code.NotFound],
  );
});

function serve(t: TestContext) {
  return openServer(t, (router) => {
    router.service(ServerReflection, createReflectionService(SERVICES));
    router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) });
  });
}

async function ask(t: TestContext, ...asked: ServerReflectionRequest['messageRequest'][]) {
  const { socketPath } = await serve(t);
  const sessionManager = new SocketSessions(socketPath);
  t.after(() => sessionManager.abort());
  const transport = createGrpcTransport({ baseUrl: 'http://capsule', sessionManager });
  const client = createClient(ServerReflection, transport);
  async function* requests() {
    for (const messageRequest of asked) {
      yield create(ServerReflectionRequestSchema, { messageRequest });
    }
  }
  const answers = await Array.fromAsync(client.serverReflectionInfo(requests()));
  return answers.map(({ messageResponse }) => messageResponse);
}
