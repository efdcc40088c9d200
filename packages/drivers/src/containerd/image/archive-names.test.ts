import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveName, givenName, namedImages } from './archive-names.ts';

const REF = 'org.opencontainers.image.ref.name';
const FULL = 'io.containerd.image.name';

function nameOf(annotations: Record<string, string>): string | undefined {
  return archiveName({ mediaType: '', digest: 'sha256:1', size: 1, platform: '', annotations });
}

test('short names are expanded to full ones', () => {
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

test('a given name without a tag takes the only tag of the archive', () => {
  const named = (...names: string[]) =>
    names.map((name) => ({
      mediaType: '',
      digest: 'sha256:1',
      size: 1,
      platform: '',
      annotations: { [REF]: name },
    }));
  assert.equal(givenName('app', named('Release')), 'docker.io/library/app:Release');
  assert.equal(givenName('app', named('1.2')), 'docker.io/library/app:1.2');
  assert.equal(givenName('app:x', named('Release')), 'docker.io/library/app:x');
  assert.equal(givenName('host:5000/app', named('v1')), 'host:5000/app:v1');
  assert.equal(givenName('app', named('other:dev')), 'docker.io/library/app:latest');
  assert.equal(givenName('app', named('1', '2')), 'docker.io/library/app:latest');
  assert.equal(givenName('app', named('')), 'docker.io/library/app:latest');
  assert.throws(() => givenName('My App', named('')), { code: 'REFERENCE_INVALID' });
  assert.throws(() => givenName(`app@sha256:${'0'.repeat(64)}`, named('')), {
    code: 'IMAGE_NAMED_BY_DIGEST',
  });
});

test('a tag alone, and an empty name, do not name an image', () => {
  for (const tag of ['latest', '1.27-alpine', 'v2', '3', 'Release', 'my.Tag_1'])
    assert.equal(nameOf({ [REF]: tag }), undefined);
  assert.equal(nameOf({}), undefined);
});

test('a name that is no valid reference is refused', () => {
  assert.throws(() => nameOf({ [REF]: 'My App!' }), { code: 'IMAGE_INVALID' });
});

const manifest = (name: string, digest: string) => ({
  mediaType: '',
  digest,
  size: 1,
  platform: '',
  annotations: { [FULL]: name },
});

test('the last image of a name counts', () => {
  const named = namedImages([manifest('app:1', 'sha256:1'), manifest('app:1', 'sha256:2')]);
  assert.deepEqual(
    [...named].map(([name, { digest }]) => [name, digest]),
    [['docker.io/library/app:1', 'sha256:2']],
  );
});

test('an archive that names thousands of images is refused', () => {
  const many = Array.from({ length: 1001 }, (_, index) => manifest(`app:${index}`, 'sha256:1'));
  assert.equal(namedImages(many.slice(1)).size, 1000);
  assert.throws(() => namedImages(many), { code: 'IMAGE_INVALID' });
});
