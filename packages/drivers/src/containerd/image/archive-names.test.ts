import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveName } from './archive-names.ts';

const REF = 'org.opencontainers.image.ref.name';
const FULL = 'io.containerd.image.name';

function nameOf(annotations: Record<string, string>): string | undefined {
  return archiveName({ mediaType: '', digest: 'sha256:1', size: 1, platform: '', annotations });
}

test('short names become full ones', () => {
  assert.equal(nameOf({ [REF]: 'myapp:dev' }), 'docker.io/library/myapp:dev');
  assert.equal(nameOf({ [REF]: 'myapp' }), 'docker.io/library/myapp:latest');
  assert.equal(nameOf({ [REF]: 'ghcr.io/team/app:1' }), 'ghcr.io/team/app:1');
  assert.equal(nameOf({ [REF]: 'localhost/app:1' }), 'localhost/app:1');
});

test('the full name wins over the tag beside it', () => {
  assert.equal(
    nameOf({ [FULL]: 'docker.io/library/a:dev', [REF]: 'dev' }),
    'docker.io/library/a:dev',
  );
});

test('a lone tag, and nothing, are no names', () => {
  for (const tag of ['latest', '1.27-alpine', 'v2', '3'])
    assert.equal(nameOf({ [REF]: tag }), undefined);
  assert.equal(nameOf({}), undefined);
});

test('a name that is no reference is refused', () => {
  assert.throws(() => nameOf({ [REF]: 'My App!' }), { code: 'IMAGE_INVALID' });
});
