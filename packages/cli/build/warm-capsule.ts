import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { create, type DescMessage, toBinary } from '@bufbuild/protobuf';
import {
  DesiredState,
  WorkloadExecServerMessageSchema,
  WorkloadKind,
  WorkloadListResponseSchema,
  WorkloadLogChunkSchema,
  WorkloadPhase,
  WorkloadSchema,
} from '@capsule/api/wire';

/** The end of a stream of Connect without an error. */
const STREAM_END = Buffer.from([2, 0, 0, 0, 2, 0x7b, 0x7d]);
/** The answer to the one key that our client sends. */
const ACCEPT = 'ICX+Yqv66kxgM0FcWaLWlFLwTAI=';

const workload = create(WorkloadSchema, {
  name: 'web',
  kind: WorkloadKind.CONTAINER,
  uid: '1',
  container: { image: 'docker.io/library/busybox:1', command: ['sleep'], env: { A: 'b' } },
  desiredState: DesiredState.RUNNING,
  status: { phase: WorkloadPhase.RUNNING },
});

/** Answers by path; every other call gets an empty message. */
const ANSWERS: Readonly<Record<string, Uint8Array>> = {
  '/capsule.v1.WorkloadService/Get': toBinary(WorkloadSchema, workload),
  '/capsule.v1.WorkloadService/List': toBinary(
    WorkloadListResponseSchema,
    create(WorkloadListResponseSchema, { workloads: [workload, { ...workload, name: 'other' }] }),
  ),
};
const logs = envelope(WorkloadLogChunkSchema, { data: Buffer.from('line\n') });
const exec = [
  envelope(WorkloadExecServerMessageSchema, {
    payload: { case: 'stdout', value: Buffer.from('line\n') },
  }),
  envelope(WorkloadExecServerMessageSchema, { payload: { case: 'exit', value: { exitCode: 0 } } }),
];

/** Stands in for a capsule while the build runs the programs, so that V8 compiles what they use. */
export async function startWarmCapsule(socketPath: string): Promise<AsyncDisposable> {
  const server = createServer(answer);
  server.on('upgrade', answerExec);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(socketPath, resolve);
  await promise;
  return {
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const type = headers['content-type'] ?? '';
  const isStream = type.startsWith('application/connect+');
  response.writeHead(200, { 'content-type': type });
  const messages = url.endsWith('WorkloadService/Logs') ? [logs, STREAM_END] : [STREAM_END];
  response.end(isStream ? Buffer.concat(messages) : ANSWERS[url]);
}

function answerExec(_request: IncomingMessage, socket: Duplex): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', `Sec-WebSocket-Accept: ${ACCEPT}`, '', ''];
  socket.write(lines.join('\r\n'));
  for (const piece of [...exec, STREAM_END]) {
    socket.write(Buffer.concat([Buffer.from([0x82, piece.length]), piece]));
  }
  socket.on('error', () => undefined);
  socket.on('end', () => socket.destroy());
  socket.resume();
}

function envelope<T extends DescMessage>(schema: T, init: Parameters<typeof create<T>>[1]): Buffer {
  const data = toBinary(schema, create(schema, init));
  return Buffer.concat([Buffer.from([0, 0, 0, 0, data.length]), data]);
}
