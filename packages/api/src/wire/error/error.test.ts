import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  CapsuleError,
  ERROR_KINDS,
  type ErrorKind,
  type Problem,
  type RemedyAction,
} from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc';
import fc from 'fast-check';
import { ErrorDetailSchema } from '../../gen/capsule/v1/error_pb.ts';
import { capsuleErrorFrom, connectErrorFrom } from './error.ts';

const KINDS = Object.keys(ERROR_KINDS) as ErrorKind[];

/** The status as a client receives it: its details are bytes. */
function overTheWire(sent: ConnectError): ConnectError {
  const received = new ConnectError(sent.rawMessage, sent.code);
  received.details = sent.findDetails(ErrorDetailSchema).map((detail) => ({
    type: ErrorDetailSchema.typeName,
    value: toBinary(ErrorDetailSchema, detail),
  }));
  return received;
}

const anyAction = (text: fc.Arbitrary<string>): fc.Arbitrary<RemedyAction> =>
  fc.record(
    {
      name: text,
      text,
      isShort: fc.boolean(),
      args: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.oneof(text, fc.constant(true)), {
        noNullPrototype: true,
      }),
    },
    { noNullPrototype: true },
  );

test('all parts of an error reach the other side', () => {
  const text = fc.string({ minLength: 1, maxLength: 20 });
  const arbitrary = fc.record(
    {
      code: fc.stringMatching(/^[A-Z]+_[A-Z_]+$/),
      kind: fc.constantFrom(...KINDS),
      message: fc.string(),
      why: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      hint: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      actions: fc.array(anyAction(text), { maxLength: 2 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(arbitrary, (parts) => {
      const { code, kind, message, why, hint, actions } = capsuleErrorFrom(
        overTheWire(connectErrorFrom(new CapsuleError(parts))),
      );
      assert.deepEqual({ code, kind, message, why, hint, actions }, parts);
    }),
  );
});

test('every kind has the status of its table', () => {
  for (const kind of KINDS) {
    const { code } = connectErrorFrom(new CapsuleError({ code: 'X', kind, message: '' }));
    const name = Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
    assert.equal(name, ERROR_KINDS[kind].rpc);
  }
});

test('plain facts and problems travel, structures do not', () => {
  const problems = [
    { path: 'container.image', message: 'is missing', position: { line: 3, column: 5 } },
    { path: 'name', message: 'is too long', hint: 'at most 63 characters' },
  ];
  const facts = { port: 80, name: 'web', busy: true, list: [1], problems };
  const sent = new CapsuleError({ code: 'X_Y', kind: 'invalid', message: 'no', facts });
  assert.deepEqual(capsuleErrorFrom(overTheWire(connectErrorFrom(sent))).facts, {
    port: '80',
    name: 'web',
    busy: 'true',
    problems,
  });
});

test('the status of any error fits the limits of every client', () => {
  const long = fc
    .tuple(fc.constantFrom('a', '%', 'é', '€', '\u{1f600}'), fc.nat(4000))
    .map(([part, times]) => part.repeat(times));
  const problem = fc.record({ path: long, message: long, hint: long });
  const any = fc.record({
    text: long,
    facts: fc.dictionary(long, long),
    problems: fc.array(problem),
    actions: fc.array(anyAction(long)),
  });
  fc.assert(
    fc.property(any, ({ text, facts, problems, actions }) => {
      const error = new CapsuleError({
        code: 'MANIFEST_SPEC_INVALID',
        kind: 'invalid',
        message: text,
        why: text,
        hint: text,
        actions,
        facts: { ...facts, problems },
      });
      const trailers = new Headers();
      setTrailerStatus(trailers, connectErrorFrom(error));
      const bytes = [...trailers].reduce(
        (sum, [name, value]) => sum + name.length + value.length,
        0,
      );
      assert.ok(bytes < 8192, `${bytes} bytes`);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});

test('problems that do not fit are counted', () => {
  const problems = Array.from({ length: 500 }, (_, n) => ({ path: `ports[${n}]`, message: 'no' }));
  const sent = new CapsuleError({ code: 'X_Y', kind: 'invalid', message: '', facts: { problems } });
  const got = capsuleErrorFrom(overTheWire(connectErrorFrom(sent))).facts['problems'] as Problem[];
  assert.deepEqual(got.slice(0, -1), problems.slice(0, got.length - 1));
  assert.equal(got.at(-1)?.message, `and ${500 - got.length + 1} more problems`);
});

test('an unexpected error does not reveal its text', () => {
  const cause = new Error('password=hunter2');
  const status = connectErrorFrom(cause);
  assert.equal(status.code, Code.Internal);
  const [detail] = status.findDetails(ErrorDetailSchema);
  assert.equal(detail?.code, 'API_INTERNAL');
  assert.ok(!JSON.stringify(detail).includes('hunter2'));
  assert.ok(!status.message.includes('hunter2'));
  assert.equal((status.cause as Error).cause, cause);
});

test('facts of internal failures are not sent', () => {
  const sent = new CapsuleError({
    code: 'PROCESS_FAILED',
    kind: 'internal',
    message: 'nft failed',
    facts: { stderr: 'secret' },
  });
  assert.deepEqual(connectErrorFrom(sent).findDetails(ErrorDetailSchema)[0]?.facts, {});
});

test('a status of another server gets a code made from its name', () => {
  const error = capsuleErrorFrom(new ConnectError('nothing here', Code.NotFound));
  assert.deepEqual(
    [error.code, error.kind, error.message],
    ['RPC_NOT_FOUND', 'notFound', 'nothing here'],
  );
  assert.equal(
    capsuleErrorFrom(new ConnectError('', Code.Unauthenticated)).kind,
    'unauthenticated',
  );
});

test('an unknown kind of a later version follows its status', () => {
  const detail = create(ErrorDetailSchema, { code: 'A_B', kind: 'novel' });
  const status = new ConnectError('x', Code.Aborted, undefined, [
    { desc: ErrorDetailSchema, value: detail },
  ]);
  assert.equal(capsuleErrorFrom(status).kind, 'conflict');
});

test('an error after the caller left is a cancellation, not a bug', () => {
  const status = connectErrorFrom(new DOMException('gone', 'AbortError'));
  assert.equal(status.code, Code.Canceled);
});
