import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { ProbeResult, ServiceProbe, ServiceTarget } from '@capsule/core';

/** Probes from the capsule's own network: its bridge leads to every cell. */
export class NetworkProbe implements ServiceProbe {
  knock(target: ServiceTarget, signal: AbortSignal): Promise<ProbeResult> {
    return target.kind === 'tcp' ? connect(target, signal) : get(target, signal);
  }
}

async function connect(
  { address, port }: ServiceTarget & { readonly kind: 'tcp' },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  // Aborted by hand: the option `signal` of connect reports an abort without its reason.
  const socket = net.connect({ host: address, port });
  const give = (result: ProbeResult) => {
    socket.destroy();
    resolve(result);
  };
  socket.once('connect', () => give({ ok: true, detail: `port ${port} accepts connections` }));
  socket.once('error', (error) => give({ ok: false, detail: describe(error) }));
  whenAborted(signal, () => give({ ok: false, detail: TOO_SLOW }));
  return promise;
}

async function get(
  { scheme, address, port, path }: ServiceTarget & { readonly kind: 'http' },
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const headers = { 'user-agent': 'capsule-health', connection: 'close' };
  const options = { host: address, port, path, headers, agent: false };
  const request =
    scheme === 'https' ? https.get({ ...options, rejectUnauthorized: false }) : http.get(options);
  const give = (result: ProbeResult) => {
    request.destroy();
    resolve(result);
  };
  request.once('response', ({ statusCode = 0 }) => {
    give({ ok: statusCode >= 200 && statusCode < 400, detail: `${path} answers ${statusCode}` });
  });
  // Destroying the request may report an error after the answer: the promise is settled by then.
  request.on('error', (error) => give({ ok: false, detail: describe(error) }));
  whenAborted(signal, () => give({ ok: false, detail: TOO_SLOW }));
  return promise;
}

const TOO_SLOW = 'no answer in time';

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused';
  if (error.code === 'ECONNRESET') return 'connection reset';
  if (error.code === 'EHOSTUNREACH') return 'no way to its address';
  return error.message;
}
