import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { WorkloadDeleteRequestSchema, WorkloadDeleteResponseSchema } from '@capsule/api/wire';
import { readAnswers } from './read-recording.ts';
import type { CallRow, Kept, ProgramRow } from './row.ts';

const keep = (bytes: Uint8Array | string): Kept => ({
  base64: Buffer.from(bytes).toString('base64'),
});

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const call: CallRow = {
  kind: 'call',
  method: '/capsule.v1.WorkloadService/Delete',
  sent: keep(
    frame(
      toBinary(WorkloadDeleteRequestSchema, create(WorkloadDeleteRequestSchema, { name: 'a' })),
    ),
  ),
  received: keep(
    frame(
      toBinary(
        WorkloadDeleteResponseSchema,
        create(WorkloadDeleteResponseSchema, { existed: true }),
      ),
    ),
  ),
  trailers: { 'grpc-status': '0' },
};

const run: ProgramRow = {
  kind: 'program',
  program: 'capsulectl',
  args: ['workload', 'list'],
  exitCode: 1,
  stdout: keep('web  5s\n'),
  stderr: keep('second\nfirst\n'),
  isTerminal: false,
};

test('a call is its answers, a run its output and its lines of progress', () => {
  const lines = [call, call, run].map((row) => JSON.stringify(row)).join('\n');
  assert.deepEqual(
    [...readAnswers(`${lines}\n`)],
    [
      '/capsule.v1.WorkloadService/Delete {"name":"a"} -> {"existed":true}',
      '$ capsulectl workload list -> exit 1',
      '$ capsulectl workload list -> web  TIME\n',
      '$ capsulectl workload list -> stderr: second',
      '$ capsulectl workload list -> stderr: first',
    ],
  );
});

test('a message that was cut off is left out, an error is there with all its parts', () => {
  const status = 'CAUSBGdvbmU=';
  const refused: CallRow = {
    ...call,
    received: keep(Buffer.from([0, 0, 0, 0, 9, 1])),
    trailers: { 'grpc-status': '5', 'grpc-message': 'gone%20', 'grpc-status-details-bin': status },
  };
  assert.deepEqual(
    [...readAnswers(JSON.stringify(refused))],
    ['/capsule.v1.WorkloadService/Delete {"name":"a"} -> status 5 gone '],
  );
});
