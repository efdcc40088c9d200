import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCapsulectl } from '../testing/run-capsulectl.ts';
import { KUKE } from './program.ts';

async function kuke(...words: string[]): Promise<string> {
  const { stdout, stderr } = await runCapsulectl(words, { program: KUKE });
  return stdout + stderr;
}

test('it shows its version without a capsule', async () => {
  assert.match(await kuke('version', '--client'), /^kuke: +\d/);
  assert.match(await kuke('version'), /^capsule: +no answer$/m);
  assert.match(await kuke('--version'), /^kuke \d/);
});

test('its completion is its own, under both names of the command', async () => {
  const script = await kuke('completion', 'bash');
  assert.match(script, /^complete -F _kuke kuke$/m);
  assert.equal(await kuke('autocomplete', 'bash'), script);
});

test('help and errors name it', async () => {
  assert.match(await kuke('--help'), /^Usage: kuke /);
  assert.match(await kuke('vershon'), /`kuke version`/);
  assert.match(await kuke('vershon'), /^ {2}see: kuke explain CLI_USAGE$/m);
});
