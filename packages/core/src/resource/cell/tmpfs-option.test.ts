import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOfTmpfsOption } from './tmpfs-option.ts';

test('options of mount and tmpfs are allowed', () => {
  for (const option of [
    'noexec',
    'exec',
    'ro',
    'mode=1777',
    'uid=0',
    'size=64m',
    'nr_inodes=10k',
  ]) {
    assert.equal(problemOfTmpfsOption(option), undefined, option);
  }
});

test('an option that is none, or leads elsewhere, is refused by name', () => {
  for (const option of ['', 'bind', 'rbind', 'lowerdir=/etc', 'toString', 'noexec,suid', 'ro=1']) {
    assert.equal(problemOfTmpfsOption(option), 'is not an option of a tmpfs', option);
  }
  for (const option of ['mode=x', 'uid=', 'size', 'size=1m,mode=0', 'mode=8']) {
    assert.match(problemOfTmpfsOption(option) ?? '', /^is not a value of/, option);
  }
});
