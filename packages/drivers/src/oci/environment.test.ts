import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEnvironment } from './environment.ts';

const parts = { image: [], spec: {}, hostname: 'web', home: '/srv', place: {} };

test('a program always has a path, a host name and a home', () => {
  assert.deepEqual(describeEnvironment(parts), [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOSTNAME=web',
    'HOME=/srv',
  ]);
});

test('the image wins over defaults, the manifest over the image, and each name appears once', () => {
  const image = ['PATH=/image', 'A=1', 'A=2', 'EMPTY=', 'BARE', '=nameless'];
  const lines = describeEnvironment({ ...parts, image, spec: { A: 'x=y', HOME: '/mine' } });
  assert.deepEqual(lines, [
    'PATH=/image',
    'HOSTNAME=web',
    'HOME=/mine',
    'A=x=y',
    'EMPTY=',
    'BARE=',
  ]);
});

test('the place of a container wins over its image, and the manifest over its place', () => {
  const place = { KUKEON_REALM: 'main', KUKEON_SPACE: 'default' };
  const image = ['KUKEON_REALM=image'];
  const lines = describeEnvironment({ ...parts, place, image, spec: { KUKEON_SPACE: 'mine' } });
  assert.deepEqual(lines.slice(3), ['KUKEON_REALM=main', 'KUKEON_SPACE=mine']);
});
