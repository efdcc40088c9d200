import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { Input } from '../../program/input.ts';
import { readMebibytes } from './size.ts';

test('a size that is none is refused with the right form of it', () => {
  const input = new Input('x volume create', [], {});
  assert.equal(readMebibytes(input, '--size', '10GiB'), 10_240n);
  const refused = (text: string) => {
    try {
      return String(readMebibytes(input, '--size', text));
    } catch (error) {
      return isCapsuleError(error) ? `${error.message}; ${error.hint}` : String(error);
    }
  };
  assert.equal(
    refused('10GB'),
    '--size takes a size, not "10GB"; write 10GiB; units are powers of 1024',
  );
  assert.match(refused('much'), /not "much"; write a number of bytes, or a whole number with K/);
});
