import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLAIM_CODE_ALPHABET, claimCodeFrom, isClaimCode, readClaimCode } from './claim-code.ts';

test('a code is eight characters that people do not confuse, in two groups', () => {
  assert.equal(claimCodeFrom([0, 1, 2, 3, 29, 28, 27, 26]), '2345-ZYXW');
  assert.doesNotMatch(CLAIM_CODE_ALPHABET, /[01ILOU]/);
  assert.equal(new Set(CLAIM_CODE_ALPHABET).size, CLAIM_CODE_ALPHABET.length);
});

test('case, dash and blanks of a typed code do not matter, and its characters do', () => {
  for (const typed of ['2345-ZYXW', '2345zyxw', ' 23 45 - zy xw\n']) {
    assert.equal(readClaimCode(typed), '2345-ZYXW');
  }
  for (const typed of ['', '2345-ZYX', '2345-ZYXWW', '0345-ZYXW']) {
    assert.notEqual(readClaimCode(typed), '2345-ZYXW');
  }
});

test('a text with another length, or with letters that no code has, is no code', () => {
  for (const code of ['ABCD-2345', 'abcd 2345', 'abcd2345']) assert.ok(isClaimCode(code), code);
  for (const text of ['', 'ABCD-234', 'ABCD-23456', 'ABCO-2345', 'ABCD-1234', 'ABCD-234U']) {
    assert.equal(isClaimCode(text), false, text);
  }
});
