import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCapsuleError } from '../../error/capsule-error.ts';
import { describeImageReference } from './describe-image-reference.ts';
import { referenceError } from './errors.ts';
import { normaliseImageReference } from './normalise-image-reference.ts';

const SHA = `sha256:${'0a'.repeat(32)}`;

const FULL_FORMS: readonly (readonly [string, string])[] = [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27-alpine', 'docker.io/library/nginx:1.27-alpine'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/library/nginx', 'docker.io/library/nginx:latest'],
  ['me/app', 'docker.io/me/app:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app:dev', 'localhost:5000/app:dev'],
  ['host:5000/a/b/c', 'host:5000/a/b/c:latest'],
  ['Host/app', 'Host/app:latest'],
  ['[::1]:5000/app', '[::1]:5000/app:latest'],
  ['quay.io/a/b-c_d.e__f', 'quay.io/a/b-c_d.e__f:latest'],
  [`nginx@${SHA}`, `docker.io/library/nginx@${SHA}`],
  [`nginx:1@${SHA}`, `docker.io/library/nginx:1@${SHA}`],
];

for (const [text, full] of FULL_FORMS) {
  test(`${text} is ${full}`, () => assert.equal(normaliseImageReference(text), full));
}

const REFUSED = [
  '',
  ' nginx',
  'nginx ',
  'Nginx',
  'nginx:',
  'nginx:.a',
  `nginx:${'a'.repeat(129)}`,
  'nginx@sha256:12',
  `nginx@sha256:${'0A'.repeat(32)}`,
  `nginx@md5:${'0a'.repeat(16)}`,
  `nginx@constructor:${'0a'.repeat(16)}`,
  `nginx@${SHA}@${SHA}`,
  '0a'.repeat(32),
  '/nginx',
  'a//b',
  'a/',
  '-a',
  'a..b',
  'a___b',
  'http://example.org/a',
  'example.org:port/a',
  'exa_mple.org/a',
  '-x.org/a',
  'a/../b',
  'nginx\n',
  `a/${'b'.repeat(300)}`,
  'x'.repeat(100_000),
];

for (const text of REFUSED) {
  test(`${JSON.stringify(text.slice(0, 40))} is refused`, () => {
    assert.throws(() => normaliseImageReference(text), { code: referenceError.INVALID.code });
  });
}

test('a full reference is its own full form', () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:-[a-z0-9]{1,4})?$/);
  const reference = fc
    .tuple(
      fc.option(fc.constantFrom('quay.io', 'localhost', 'localhost:5000', 'a.b.c:1')),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.option(fc.stringMatching(/^\w[\w.-]{0,10}$/)),
      fc.option(fc.constant(SHA)),
    )
    .map(
      ([host, path, tag, digest]) =>
        `${host === null ? '' : `${host}/`}${path.join('/')}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`,
    );
  fc.assert(
    fc.property(reference, (text) => {
      fc.pre(!/^[0-9a-f]{64}$/.test(text));
      const full = normaliseImageReference(text);
      assert.equal(normaliseImageReference(full), full);
      assert.ok(full.includes('/'));
    }),
  );
});

test('any text is either normalised or refused with a code', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.stringMatching(/^[a-zA-Z0-9./:@_-]{0,60}$/),
  );
  fc.assert(
    fc.property(text, (value) => {
      try {
        const full = normaliseImageReference(value);
        assert.equal(normaliseImageReference(full), full);
      } catch (error) {
        assert.ok(isCapsuleError(error) && error.code === referenceError.INVALID.code);
      }
    }),
    { numRuns: 1000 },
  );
});

test('the short form leaves out what everybody knows', () => {
  assert.equal(describeImageReference('docker.io/library/nginx:1.27'), 'nginx:1.27');
  assert.equal(describeImageReference('docker.io/me/app:1'), 'me/app:1');
  assert.equal(describeImageReference('localhost:5000/app:1'), 'localhost:5000/app:1');
  assert.equal(describeImageReference(`nginx@${SHA}`), 'nginx@sha256:0a0a0a0a0a0a');
});

test('the short form without a digest means the same image', () => {
  for (const [, full] of FULL_FORMS) {
    if (full.includes('@')) continue;
    assert.equal(normaliseImageReference(describeImageReference(full)), full);
  }
});

test('text that is no reference is described by itself', () => {
  assert.equal(describeImageReference('Not A Reference'), 'Not A Reference');
});
