import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { describePullError } from './pull-error.ts';

function describe(text: string, code = Code.Unknown): string {
  const answer = new ConnectError(text, code);
  answer.isWireError = true;
  const error = describePullError('example.org/a:1', answer);
  assert.ok(isCapsuleError(error));
  return [error.code, error.facts['reason']].filter((part) => part !== undefined).join(': ');
}

const HEAD =
  'failed to resolve image: failed to do request: Head "https://example.org/v2/a/manifests/1": ';
const STATUS =
  'failed to resolve image: unexpected status from HEAD request to https://example.org/v2/a/manifests/1: ';

test('a missing image', () => {
  assert.equal(
    describe('failed to resolve image: example.org/a:1: not found', Code.NotFound),
    'IMAGE_NOT_FOUND',
  );
});

test('a registry that refuses', () => {
  for (const text of [
    `${STATUS}401 Unauthorized`,
    `${STATUS}403 Forbidden`,
    'failed to resolve image: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'failed to resolve image: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example.org/token: 401 Unauthorized',
  ]) {
    assert.equal(describe(text), 'IMAGE_DENIED', text);
  }
});

test('an unreachable registry, and the reason', () => {
  const cases: Record<string, string> = {
    [`${HEAD}dial tcp: lookup example.org on 127.0.0.11:53: no such host`]:
      'the name of its registry is unknown',
    [`${HEAD}dial tcp: lookup example.org on [::1]:53: read udp [::1]:53: connection refused`]:
      'the name of its registry cannot be looked up',
    [`${HEAD}dial tcp 127.0.0.1:443: connect: connection refused`]:
      'its registry refuses connections',
    [`${HEAD}dial tcp 192.0.2.1:443: connect: network is unreachable`]:
      'there is no network route to its registry',
    [`${HEAD}dial tcp 192.0.2.1:443: i/o timeout`]: 'its registry does not answer',
    [`${HEAD}http: server gave HTTP response to HTTPS client`]:
      'its registry speaks HTTP, not HTTPS',
    [`${HEAD}tls: failed to verify certificate: x509: certificate signed by unknown authority`]:
      "its registry's certificate is not trusted",
    [`${HEAD}EOF`]: 'its registry closed the connection',
    'failed to copy: httpReadSeeker: failed open: unexpected EOF':
      'its registry closed the connection',
    [`${STATUS}503 Service Unavailable`]: 'its registry has an internal error',
    [`${STATUS}429 Too Many Requests`]: 'its registry limits requests; pull again later',
  };
  for (const [text, reason] of Object.entries(cases)) {
    assert.equal(describe(text), `IMAGE_REGISTRY_UNREACHABLE: ${reason}`, text);
  }
});

test('an image that is damaged or foreign', () => {
  for (const text of [
    'failed commit on ref "layer-sha256:1": "layer-sha256:1" failed size validation: 9 != 10: failed precondition',
    'failed commit on ref "layer-sha256:1": unexpected commit digest sha256:2, expected sha256:1: failed precondition',
    'no match for platform in manifest: not found',
  ]) {
    assert.match(describe(text, Code.FailedPrecondition), /^IMAGE_INVALID/, text);
  }
});

test("an error that is not an answer of containerd's is returned unchanged", () => {
  const reason = new Error('enough');
  assert.equal(describePullError('a', reason), reason);
});

test('a full disk at any step of a pull', () => {
  for (const text of [
    'failed to copy: write /perm/containerd/io.containerd.content.v1.content/ingest/1/data: no space left on device',
    'failed to extract layer sha256:1: mount callback failed on /tmp/x: write /tmp/x/bin/sh: no space left on device: unknown',
  ]) {
    assert.equal(describe(text), 'IMAGE_DISK_FULL', text);
  }
});
