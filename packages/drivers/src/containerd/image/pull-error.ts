import type { CapsuleError } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { isAnswer, isDiskFull } from '../client/rpc-error.ts';
import { imageError } from '../errors.ts';

type Facts = { readonly reference: string; readonly detail: string };

const unreachable = (reason: string) => (facts: Facts, cause: unknown) =>
  imageError.REGISTRY_UNREACHABLE({ ...facts, reason }, cause);

const invalid = (reason: string) => (facts: Facts, cause: unknown) =>
  imageError.INVALID({ subject: `image ${facts.reference}`, reason, detail: facts.detail }, cause);

/**
 * Translates containerd's errors about a pull; the first match counts. The texts are in containerd 2.1:
 * core/remotes/docker/{resolver,fetcher,authorizer}.go, core/remotes/errors,
 * core/remotes/docker/auth/fetch.go, core/content/helpers.go, core/images/handlers.go, core/unpack, and in
 * Go's own net, net/http, crypto/tls and crypto/x509.
 */
const RULES: readonly (readonly [RegExp, (facts: Facts, cause: unknown) => CapsuleError])[] = [
  [
    /could not fetch content descriptor .*not found/,
    invalid('its registry does not have all parts of it'),
  ],
  [/no such host/, unreachable('the name of its registry is unknown')],
  [/\blookup \S+/, unreachable('the name of its registry cannot be looked up')],
  [/connection refused/, unreachable('its registry refuses connections')],
  [
    /network is (unreachable|down)|no route to host|host is (unreachable|down)/,
    unreachable('there is no network route to its registry'),
  ],
  [/server gave HTTP response to HTTPS client/, unreachable('its registry speaks HTTP, not HTTPS')],
  [
    /malformed HTTP response|first record does not look like a TLS/,
    unreachable('its registry speaks HTTPS, not HTTP'),
  ],
  [
    /x509:|tls: (failed to verify|unknown|bad) certificate/,
    unreachable("its registry's certificate is not trusted"),
  ],
  [/\btls: |remote error: tls/, unreachable('the TLS connection to its registry failed')],
  [/: 429 |toomanyrequests/i, unreachable('its registry limits requests; pull again later')],
  [/: 5\d\d /, unreachable('its registry has an internal error')],
  [
    /: 40[13] |pull access denied|insufficient_scope|authorization failed|no basic auth credentials|failed to authorize|denied: /i,
    imageError.DENIED,
  ],
  [
    /i\/o timeout|Client\.Timeout|TLS handshake timeout|deadline exceeded/,
    unreachable('its registry does not answer'),
  ],
  [
    /unexpected EOF|connection reset|broken pipe|: EOF|server closed|client connection lost/,
    unreachable('its registry closed the connection'),
  ],
  [
    /no match for platform|image might be filtered out/,
    invalid('it has no variant for this processor'),
  ],
  [/schema 1|media type .* is no longer supported/, invalid('its format is obsolete')],
  [
    /unexpected commit digest|failed size validation|mismatch|invalid (checksum|header)|failed to extract layer|invalid character|rejecting \d+ byte manifest/,
    invalid('its content is damaged'),
  ],
];

/**
 * Translates an answer of containerd's; any other error (an abort, a lost connection) is returned unchanged.
 */
export function describePullError(reference: string, error: unknown): unknown {
  if (!isAnswer(error)) return error;
  const facts = { reference, detail: error.rawMessage };
  if (isDiskFull(facts.detail)) return imageError.DISK_FULL({ subject: reference }, error);
  const rule = RULES.find(([pattern]) => pattern.test(facts.detail));
  if (rule !== undefined) return rule[1](facts, error);
  if (error.code === Code.NotFound) return imageError.NOT_FOUND(facts, error);
  return unreachable(facts.detail)(facts, error);
}
