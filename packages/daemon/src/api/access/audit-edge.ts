import { type DescMethod, isMessage, type Message } from '@bufbuild/protobuf';
import { Right, rightOf } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Interceptor } from '@connectrpc/connect';
import type { Caller } from '../../identity/caller.ts';
import { callerKey } from './caller-key.ts';
import { objectOf } from './object-of.ts';

/** Records the result of a call: `ok`, `started`, or the code of an error. */
export type Recorder = (call: RecordedCall, result: string) => void;

export interface RecordedCall {
  readonly caller: Caller;
  readonly method: DescMethod;
  readonly object: string;
}

/** Calls whose answer is public, or that only read. Those of other rights change something, or show content. */
const UNRECORDED: ReadonlySet<Right> = new Set([Right.UNSPECIFIED, Right.VIEWER]);

/**
 * Records each call that changes something, before its answer leaves. A stream is recorded when it starts, before the
 * service sees its first message, and when it ends.
 */
export function auditEdge(record: Recorder): Interceptor {
  return (next) => async (request) => {
    const { method } = request;
    if (!isRecorded(method)) return next(request);
    let object = request.stream ? '' : objectOf(method.input, request.message as Message);
    // An adoption makes its caller known.
    const caller = () => request.contextValues.get(callerKey);
    const note = (result: string) => record({ caller: caller(), method, object }, result);
    const begin = (first: Message) => {
      object = objectOf(method.input, first);
      note('started');
    };
    try {
      const response = await next(
        request.stream ? { ...request, message: fromFirst(request.message, begin) } : request,
      );
      if (response.stream) return { ...response, message: toEnd(response.message, note) };
      note('ok');
      return response;
    } catch (error) {
      note(codeOf(error));
      throw error;
    }
  };
}

/** A Challenge changes nothing that lasts, and anyone may ask for it. */
function isRecorded(method: DescMethod): boolean {
  if (UNRECORDED.has(rightOf(method))) return false;
  return rightOf(method) !== Right.NONE || method.name === 'Adopt';
}

async function* fromFirst<T>(
  messages: AsyncIterable<T>,
  begin: (first: Message) => void,
): AsyncGenerator<T> {
  let isFirst = true;
  for await (const message of messages) {
    if (isFirst && isMessage(message)) begin(message);
    isFirst = false;
    yield message;
  }
}

async function* toEnd<T>(
  messages: AsyncIterable<T>,
  note: (result: string) => void,
): AsyncGenerator<T> {
  let result = 'left';
  try {
    yield* messages;
    result = 'ok';
  } catch (error) {
    result = codeOf(error);
    throw error;
  } finally {
    note(result);
  }
}

function codeOf(error: unknown): string {
  if (isCapsuleError(error)) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? 'left' : 'failed';
}
