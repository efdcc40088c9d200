import { request } from 'node:http';
import { microVmError } from '../../errors.ts';

const LIMIT_MS = 5_000;
const REPLY_LIMIT_BYTES = 64 * 1024;
const WORDS_MOST = 300;

export interface ApiCall {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: object;
  /** Default five seconds. */
  readonly limitMs?: number;
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/**
 * Calls Firecracker's API, which is HTTP on a unix socket. Returns the object of its reply, and an empty one
 * for an empty reply. Fails with `MICROVM_VMM_REFUSES`, within the limit of the call.
 */
export async function callFirecracker(
  socketPath: string,
  call: ApiCall,
): Promise<Readonly<Record<string, unknown>>> {
  const command = `${call.method} ${call.path}`;
  const { status, text } = await send(socketPath, call).catch((cause: Error) => {
    throw microVmError.VMM_REFUSES({ command, detail: cause.message }, cause);
  });
  const said = readObject(text);
  if (status >= 200 && status < 300 && said !== undefined) return said;
  const fault = said?.['fault_message'];
  const detail = typeof fault === 'string' ? printable(fault) : `it answers HTTP ${status}`;
  throw microVmError.VMM_REFUSES({ command, detail });
}

function send(
  socketPath: string,
  { method, path, body, limitMs = LIMIT_MS }: ApiCall,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const content = body === undefined ? '' : JSON.stringify(body);
  const signal = AbortSignal.timeout(limitMs);
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(content),
  };
  const outgoing = request({ socketPath, method, path, headers, signal, agent: false }, (reply) => {
    let text = '';
    reply.setEncoding('utf8');
    reply.on('data', (part: string) => {
      text += part;
      if (text.length <= REPLY_LIMIT_BYTES) return;
      outgoing.destroy(
        microVmError.VMM_REFUSES({ command: path, detail: 'its reply is too long' }),
      );
    });
    reply.on('error', reject);
    reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
  });
  outgoing.on('error', (error) => {
    const silent = microVmError.VMM_REFUSES({ command: path, detail: 'it does not answer' });
    reject(signal.aborted ? silent : error);
  });
  outgoing.end(content);
  return promise;
}

/** Returns undefined for a text that is no JSON object. */
function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, WORDS_MOST);
}
