import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planHostsFile } from './hosts-file.ts';

test('a cell finds itself by its host name, and by the first part of one with a domain', () => {
  const own = (hostname: string) =>
    planHostsFile({ hostname, address: '10.0.0.2' })
      .split('\n')
      .filter((line) => line.startsWith('10.0.0.2'));
  assert.deepEqual(own('web'), ['10.0.0.2\tweb']);
  assert.deepEqual(own('mail.example.org'), ['10.0.0.2\tmail.example.org mail']);
});
