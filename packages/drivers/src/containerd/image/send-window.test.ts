import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SendWindow } from './send-window.ts';

test('no more is sent than the receiver allowed', async () => {
  const window = new SendWindow();
  window.give(100);
  assert.equal(await window.take(60), 60);
  assert.equal(await window.take(60), 40);
});

test('take waits until something is given', async () => {
  const window = new SendWindow();
  const taken = window.take(10);
  window.give(5);
  assert.equal(await taken, 5);
});

test('close ends the waiting, and every later take', async () => {
  const window = new SendWindow();
  const taken = window.take(10);
  window.close();
  assert.equal(await taken, 0);
  window.give(10);
  assert.equal(await window.take(10), 0);
});
