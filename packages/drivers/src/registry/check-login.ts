import http from 'node:http';
import https from 'node:https';
import { getCACertificates } from 'node:tls';
import { isCapsuleError, type RegistryLogin, type RegistrySpec } from '@capsule/core';
import { registryError } from './errors.ts';
import { originOf } from './hosts-file.ts';
import { reasonOf } from './unreachable-reason.ts';

interface Answer {
  readonly status: number;
  /** The header `WWW-Authenticate`; empty where it is missing. */
  readonly challenge: string;
}

/** The time after which a registry counts as unreachable. */
const PATIENCE_MS = 15_000;

/**
 * Requests `/v2/` with the login and, where the registry refers to a token server, a token from there: the
 * two ways of the distribution specification. An HTTPS registry is never sent the secret over plain HTTP.
 */
export async function checkLogin(
  spec: RegistrySpec,
  login: RegistryLogin,
  signal: AbortSignal,
): Promise<void> {
  try {
    await checkOrigin(originOf(spec), spec, login, signal);
  } catch (error) {
    signal.throwIfAborted();
    // Everything else is an unreachable registry: connection refused, unknown host, reset, no answer in time.
    if (isCapsuleError(error)) throw error;
    throw registryError.UNREACHABLE({ name: spec.name, reason: reasonOf(error) }, error);
  }
}

async function checkOrigin(
  origin: string,
  spec: RegistrySpec,
  login: RegistryLogin,
  signal: AbortSignal,
): Promise<void> {
  const { name } = spec;
  const { username } = login;
  const ask = (url: URL) => askWith(url, spec, login, signal);
  const first = await ask(new URL('/v2/', origin));
  if (first.status === 200) return;
  const realm = first.status === 401 ? tokenUrl(first.challenge, username) : undefined;
  if (realm === undefined) {
    if (first.status === 401 || first.status === 403) {
      throw registryError.LOGIN_REFUSED({ name, username });
    }
    throw registryError.UNREACHABLE({ name, reason: `it answers with status ${first.status}` });
  }
  if (origin.startsWith('https:') && realm.protocol !== 'https:') {
    throw registryError.UNREACHABLE({ name, reason: 'it asks for the password over plain HTTP' });
  }
  const { status } = await ask(realm);
  if (status === 200) return;
  if (status === 401 || status === 403) throw registryError.LOGIN_REFUSED({ name, username });
  throw registryError.UNREACHABLE({ name, reason: `its token server answers with ${status}` });
}

/** Parses `Bearer realm="https://…",service="…"`; undefined for any other challenge. */
function tokenUrl(challenge: string, username: string): URL | undefined {
  if (!/^bearer /i.test(challenge)) return undefined;
  const part = (key: string) => new RegExp(`\\b${key}="([^"]{1,2048})"`, 'i').exec(challenge)?.[1];
  const realm = part('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const service = part('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('account', username);
  return url;
}

function askWith(
  url: URL,
  { insecure, caCertificate }: RegistrySpec,
  { username, secret }: RegistryLogin,
  signal: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    headers: { authorization: `Basic ${btoa8(`${username}:${secret}`)}`, 'user-agent': 'capsule' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    agent: false as const,
  };
  const request =
    url.protocol === 'https:'
      ? https.get(url, {
          ...options,
          rejectUnauthorized: !insecure,
          ...(caCertificate === '' ? {} : { ca: [...getCACertificates(), caCertificate] }),
        })
      : http.get(url, options);
  request.on('response', (response) => {
    const { statusCode = 0, headers } = response;
    // Only the status counts, so the body is not read.
    response.destroy();
    resolve({ status: statusCode, challenge: headers['www-authenticate'] ?? '' });
  });
  request.on('error', reject);
  return promise;
}

function btoa8(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
