import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegistrySpec } from '@capsule/core';
import { createLog, openStore, SecretBox } from '@capsule/engine';
import { MIGRATIONS } from '../store/migrations.ts';
import { RegistryCommands } from './commands.ts';
import { RegistryRecords } from './records.ts';

const registry = (name: string): RegistrySpec => ({
  name,
  mirrors: [],
  plainHttp: true,
  insecure: false,
  caCertificate: '',
});

test('a registry that cannot be published is refused alone', async () => {
  const lines: string[] = [];
  const failure = new Error('its folder is a file');
  const unused = () => assert.fail('not used in this test');
  const commands = new RegistryCommands({
    records: new RegistryRecords(openStore(':memory:', MIGRATIONS)),
    hosts: {
      declare: async (all) =>
        new Map(all.filter(({ name }) => name === 'bad:1').map(({ name }) => [name, failure])),
      isHandMade: async () => false,
      check: unused,
    },
    secrets: new SecretBox('/nonexistent/secret.key'),
    log: createLog((line) => void lines.push(line)),
  });
  await assert.rejects(commands.apply(registry('bad:1'), false), failure);
  assert.equal((await commands.apply(registry('good:1'), false)).change, 'created');
  assert.equal(lines.filter((line) => /registry not published.*bad:1/.test(line)).length, 1);
  await commands.publish();
  assert.equal(await commands.delete('good:1'), true);
});
