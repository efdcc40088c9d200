import { create, type DescMethod, toBinary } from '@bufbuild/protobuf';
import { ByteSource } from '../http1/byte-source.ts';
import type { Line } from '../http1/line.ts';
import type { Head } from '../http1/read-head.ts';
import type { TwoWayCall } from '../two-way/two-way-call.ts';
import { openTwoWay } from '../web-socket/open-two-way.ts';
import { refusal } from './answers.ts';
import { type Call, pathOf } from './call.ts';
import type { Request } from './call-transport.ts';
import { toEnvelope } from './envelopes.ts';
import { exchange, readAll } from './exchange.ts';

const STREAM = 'application/connect+proto';

/** Sends the only request of a stream of answers, and returns the body of the answer. */
export async function askOnce(
  line: Line,
  call: Call,
  requests: AsyncIterable<Request>,
): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  for await (const request of requests) {
    pieces.push(toEnvelope(bytesOf(call.method, request)));
  }
  const posted = { type: STREAM, body: Buffer.concat(pieces) };
  const { head, bytes } = await exchange(line, call, posted);
  if (head.status !== 200) throw refusal(head, await readAll(bytes), call);
  return new ByteSource(bytes);
}

/** Sends requests while the answer is read; the result is the body of the answer. */
export function talk(line: Line, call: Call, requests: AsyncIterable<Request>): ByteSource {
  const { method, headers } = call;
  const refuse = (head: Head) => refusal(head, new Uint8Array(), call);
  const opened = openTwoWay(line, { path: pathOf(method), headers, refuse });
  void sendAll(opened, { line, method, requests });
  const incoming = opened.incoming();
  return new ByteSource(async () => (await incoming.next()).value);
}

interface Sending {
  readonly line: Line;
  readonly method: DescMethod;
  readonly requests: AsyncIterable<Request>;
}

/** Never fails: a failure of the producer ends the connection, which fails the call with it. */
async function sendAll(opened: TwoWayCall, { line, method, requests }: Sending): Promise<void> {
  try {
    for await (const request of requests) {
      await opened.send(toEnvelope(bytesOf(method, request)), line.gone);
    }
    if (!line.gone.aborted) opened.end();
  } catch (error) {
    line.fail(error);
  }
}

function bytesOf({ input }: DescMethod, request: Request): Uint8Array {
  return toBinary(input, create(input, request));
}
