import { type DescMethod, fromBinary, type Message } from '@bufbuild/protobuf';
import type { CallOptions } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import { BrokenConnection } from '../http1/broken-connection.ts';
import type { ByteSource } from '../http1/byte-source.ts';
import type { Head } from '../http1/read-head.ts';
import type { Call } from './call.ts';
import { answeredError, type WireError } from './call-fault.ts';
import { readEnvelope } from './envelopes.ts';

/** Trailers of a unary answer are headers with this prefix. */
const TRAILER = 'trailer-';

/** The last message of a stream of Connect. */
interface StreamEnd {
  readonly error?: WireError;
  readonly metadata?: Readonly<Record<string, readonly string[]>>;
}

/** The messages of an answer, up to its end. Fails with the error that it ends with. */
export async function* readMessages(source: ByteSource, call: Call): AsyncGenerator<Message> {
  for (;;) {
    const envelope = await readEnvelope(source);
    if (envelope === undefined) throw new BrokenConnection('the answer was cut off');
    if (!envelope.isEnd) {
      yield decode(call.method, envelope.data);
      continue;
    }
    const { error, metadata = {} } = parseJson<StreamEnd>(envelope.data);
    if (error !== undefined) throw answeredError(error, call.place);
    const pairs = Object.entries(metadata).flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, value]),
    );
    call.options.onTrailer?.(new Headers(pairs));
    return;
  }
}

/** Reports the trailers of a unary answer to a caller that asks for them. */
export function reportTrailers({ headers }: Head, { onTrailer }: CallOptions): void {
  if (onTrailer === undefined) return;
  const pairs = [...headers].filter(([name]) => name.startsWith(TRAILER));
  onTrailer(new Headers(pairs.map(([name, value]) => [name.slice(TRAILER.length), value])));
}

/** The error of an answer that is not 200. */
export function refusal({ status, headers }: Head, body: Uint8Array, { place }: Call): Error {
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  if (isJson) return answeredError(parseJson<WireError>(body), place);
  // A path that it does not have.
  if (status === 404) return apiError.CALL_UNKNOWN({ call: place.call });
  return new BrokenConnection(`HTTP status ${status}`);
}

/** A message of an answer. */
export function decode({ output }: DescMethod, bytes: Uint8Array): Message {
  try {
    return fromBinary(output, bytes);
  } catch (error) {
    throw new BrokenConnection('the answer is damaged', { cause: error });
  }
}

function parseJson<T extends object>(bytes: Uint8Array): T {
  try {
    return Object(JSON.parse(Buffer.from(bytes).toString()));
  } catch (error) {
    throw new BrokenConnection('the answer is damaged', { cause: error });
  }
}
