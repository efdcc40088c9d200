import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addGroups, resolveUser } from './resolve-user.ts';

const files = {
  passwd: [
    'root:x:0:0:root:/root:/bin/sh',
    '# a comment',
    'web:x:101:102:web:/srv:/bin/sh',
    'homeless:x:103:103::',
    '7:x:107:107::/seven:',
    'damaged:x:-1:abc',
  ].join('\n'),
  group: [
    'root:x:0:',
    'web:x:102:',
    'extra:x:200:web,other',
    'more:x:201:other,web',
    'web2:x:102:web',
  ].join('\n'),
};

test('a name has the ids, the groups and the home of its entry', () => {
  assert.deepEqual(resolveUser('web', files), {
    uid: 101,
    gid: 102,
    additionalGids: [102, 200, 201],
    home: '/srv',
  });
});

test('a number has the home and the groups of its entry, and works without one', () => {
  assert.deepEqual(resolveUser('101', files), resolveUser('web', files));
  assert.deepEqual(resolveUser('5000', files), {
    uid: 5000,
    gid: 0,
    additionalGids: [0],
    home: '/',
  });
});

test('a name that looks like a number is a name', () => {
  assert.equal(resolveUser('7', files)?.uid, 107);
});

test('an explicit group replaces the groups of the user', () => {
  assert.deepEqual(resolveUser('web:extra', files), {
    uid: 101,
    gid: 200,
    additionalGids: [200],
    home: '/srv',
  });
  assert.equal(resolveUser('web:300', files)?.gid, 300);
  assert.equal(resolveUser('5000:6000', { passwd: '', group: '' })?.gid, 6000);
});

test('an empty user is root', () => {
  assert.equal(resolveUser(':extra', files)?.uid, 0);
});

test('names without an entry are unknown', () => {
  for (const text of ['nobody', 'web:nogroup', 'damaged', '4294967295', '-1', 'web ']) {
    assert.equal(resolveUser(text, files), undefined, text);
  }
});

test('further groups are names of the group file or numbers, each once', () => {
  const web = resolveUser('101', files);
  assert.ok(web !== undefined);
  const more = addGroups(web, ['extra', '44', '102', '44'], files, 'web');
  assert.deepEqual(more, { ...web, additionalGids: [102, 200, 201, 44] });
  assert.throws(() => addGroups(web, ['video'], files, 'image a'), {
    code: 'RUNTIME_GROUP_UNKNOWN',
  });
});

test('no text makes it fail or gives an id that Linux does not allow', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (text, passwd, group) => {
      const user = resolveUser(text, { passwd, group });
      if (user === undefined) return;
      for (const id of [user.uid, user.gid, ...user.additionalGids]) {
        assert.ok(Number.isInteger(id) && id >= 0 && id < 2 ** 32 - 1);
      }
    }),
  );
});
