import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type Address, formatAddress } from '../client/address.ts';
import { apiError } from '../errors.ts';
import { fingerprintOf } from './fingerprint.ts';

/** The longest wait for a connection: a machine that is off does not answer at all. */
const DIAL_MAX_MS = 5000;
/**
 * For each address of a name that has several. The default of Node, 250 ms, gives up on every one of them over a slow
 * link.
 */
const ADDRESS_MAX_MS = 2000;
/** Finds a laptop's dead connections to a capsule that is gone. */
const KEEP_ALIVE_MS = 15_000;

/** Without a link, the kernel refuses it or chooses any. */
const LINK_LOCAL = /^fe[89ab][0-9a-f]:[^%]*$/i;
const NO_LINK = 'such an address needs the link of this machine behind it, as in fe80::1%eth0';

/** In the certificate of every capsule; an IP address cannot be named in a handshake. */
const SERVER_NAME = 'capsule';

/** HTTP/2 for calls, HTTP/1.1 for the bytes of one transfer. */
export type Protocol = 'h2' | 'http/1.1';

export interface Dialled {
  readonly socket: TLSSocket;
  /** Of the certificate, whose key the capsule has proven to hold. */
  readonly fingerprint: string;
}

/**
 * Makes a TLS 1.3 connection, and trusts no certificate: the caller compares the fingerprint before it sends a byte.
 * Fails with `API_UNREACHABLE`, `API_NOT_A_CAPSULE`.
 */
export async function dial(
  address: Address,
  signal?: AbortSignal,
  protocol: Protocol = 'h2',
): Promise<Dialled> {
  if (LINK_LOCAL.test(address.host)) {
    throw apiError.UNREACHABLE({ target: formatAddress(address), reason: NO_LINK });
  }
  const limit = AbortSignal.timeout(DIAL_MAX_MS);
  const socket = connect(optionsFor(address, protocol));
  try {
    await secured(socket, signal === undefined ? limit : AbortSignal.any([limit, signal]));
    const { raw } = socket.getPeerCertificate();
    socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
    return { socket, fingerprint: fingerprintOf(raw) };
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    throw dialError(error, formatAddress(address));
  }
}

function optionsFor(address: Address, protocol: Protocol): ConnectionOptions {
  // The types of TLS lack the options of the TCP connection below it.
  const tcp = { ...address, autoSelectFamilyAttemptTimeout: ADDRESS_MAX_MS };
  return {
    ...tcp,
    servername: SERVER_NAME,
    ALPNProtocols: [protocol],
    minVersion: 'TLSv1.3',
    // Every capsule signs its own certificate: the pin decides, not an authority.
    rejectUnauthorized: false,
  };
}

/** The same, for a capsule that is known. Fails with `API_PIN_MISMATCH` too. */
export async function dialPinned(
  address: Address,
  pin: string,
  {
    signal,
    protocol,
  }: { readonly signal?: AbortSignal | undefined; readonly protocol?: Protocol } = {},
): Promise<TLSSocket> {
  const { socket, fingerprint } = await dial(address, signal, protocol);
  if (fingerprint === pin) return socket;
  socket.destroy();
  throw apiError.PIN_MISMATCH({ target: formatAddress(address), pin, fingerprint });
}

function secured(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(signal.reason);
    const settle = (error?: Error) => {
      signal.removeEventListener('abort', fail);
      socket.off('error', settle).off('close', closed);
      if (error === undefined) resolve();
      else reject(error);
    };
    const closed = () => settle(apiError.NOT_A_CAPSULE({ target: SERVER_NAME }));
    socket.once('secureConnect', () => settle());
    socket.once('error', settle).once('close', closed);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

/** The kernel's and the resolver's reasons in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'no process listens there',
  EHOSTUNREACH: 'no machine with this address answers',
  ENETUNREACH: 'there is no route to this address',
  ENOTFOUND: 'this name is not known',
  EAI_AGAIN: 'the name server does not answer',
  ETIMEDOUT: 'it does not answer in time',
};

function dialError(error: unknown, target: string) {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') {
    return apiError.UNREACHABLE({ target, reason: REASONS['ETIMEDOUT'] ?? message }, error);
  }
  const reason = codesOf(error).map((one) => REASONS[one])[0];
  if (reason !== undefined) return apiError.UNREACHABLE({ target, reason }, error);
  // A handshake that fails: something else listens there.
  if (code?.startsWith('ERR_SSL_') || code === 'ECONNRESET' || code === 'EPROTO') {
    return apiError.NOT_A_CAPSULE({ target }, error);
  }
  return apiError.UNREACHABLE({ target, reason: message }, error);
}

/** Of a name with several addresses, each of which may have failed. */
function codesOf(error: unknown): readonly string[] {
  const errors = error instanceof AggregateError ? [error, ...error.errors] : [error];
  return errors
    .flatMap(({ code }: NodeJS.ErrnoException) => code ?? [])
    .filter((code) => code in REASONS);
}
