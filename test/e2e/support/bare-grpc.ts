import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createConnection } from 'node:net';
import type { Lab } from '@capsule/testkit';

/** One empty message: not compressed, no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/**
 * Calls methods with an empty message over plain HTTP/2, and returns the number of the gRPC status of each.
 */
export async function bareGrpcStatuses(
  { host }: Lab,
  methods: readonly string[],
): Promise<readonly number[]> {
  const socket = host.slice('unix:'.length);
  const session = connect('http://capsule', { createConnection: () => createConnection(socket) });
  try {
    return await Promise.all(methods.map((method) => statusOf(session, method)));
  } finally {
    session.destroy();
  }
}

async function statusOf(session: ClientHttp2Session, method: string): Promise<number> {
  const request = session.request({
    ':method': 'POST',
    ':path': `/${method}`,
    'content-type': 'application/grpc+proto',
    te: 'trailers',
  });
  let status: unknown;
  const note = (headers: Readonly<Record<string, unknown>>) => {
    status = headers['grpc-status'] ?? status;
  };
  request.on('response', note);
  request.on('trailers', note);
  request.resume();
  request.end(EMPTY_MESSAGE);
  await once(request, 'close');
  return Number(status);
}
