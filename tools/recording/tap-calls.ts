import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import http2 from 'node:http2';
import { syncBuiltinESMExports } from 'node:module';
import { Keeper } from './keeper.ts';
import type { CallRow } from './row.ts';
import { tapReadable, tapWritable } from './tap-stream.ts';

const ENDINGS = /^grpc-(status|message|status-details-bin)$/;

/** Ends the rows of calls that are open. */
type OpenCalls = Set<() => void>;

interface Tap {
  readonly write: (row: CallRow) => void;
  readonly open: OpenCalls;
}

/** Hands every call of gRPC that this process makes to `write`, when it has ended. */
export function tapCalls(write: (row: CallRow) => void): void {
  const { connect } = http2;
  const open: OpenCalls = new Set();
  const tapped = (...args: Parameters<typeof connect>) => {
    const session = connect(...args);
    tapSession(session, { write, open });
    return session;
  };
  Object.assign(http2, { connect: tapped });
  syncBuiltinESMExports();
  // A program that has its answer may end before the stream does.
  process.once('exit', () => {
    for (const end of open) end();
  });
}

function tapSession(session: ClientHttp2Session, tap: Tap): void {
  const request = session.request.bind(session);
  session.request = (headers, options) => {
    const stream = request(headers, options);
    const method = (headers as OutgoingHttpHeaders | undefined)?.[':path'];
    if (typeof method === 'string') tapCall(method, stream, tap);
    return stream;
  };
}

function tapCall(method: string, stream: ClientHttp2Stream, { write, open }: Tap): void {
  const sent = new Keeper();
  const received = new Keeper();
  const trailers: Record<string, string> = {};
  const note = (headers: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(headers))
      if (ENDINGS.test(name)) trailers[name] = String(value);
  };
  tapWritable(stream, sent);
  tapReadable(stream, received);
  stream.on('response', note);
  stream.on('trailers', note);
  const end = () => {
    if (!open.delete(end)) return;
    write({ kind: 'call', method, sent: sent.kept, received: received.kept, trailers });
  };
  open.add(end);
  stream.once('close', end);
}
