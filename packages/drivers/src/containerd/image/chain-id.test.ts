import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chainId } from './chain-id.ts';

test('the chain id of one layer is its own id, and that of no layers is empty', () => {
  assert.equal(chainId(['sha256:a']), 'sha256:a');
  assert.equal(chainId([]), '');
});

test('each further layer is hashed onto the chain below', () => {
  const hash = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const two = hash('sha256:a sha256:b');
  assert.equal(chainId(['sha256:a', 'sha256:b']), two);
  assert.equal(chainId(['sha256:a', 'sha256:b', 'sha256:c']), hash(`${two} sha256:c`));
});
