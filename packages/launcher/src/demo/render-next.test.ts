import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../embedded/claim/claim.ts';
import { npmRun } from './npm-run.ts';
import { renderLater } from './render-next.ts';

test('a command of npm names the capsule, unless it is the default one', () => {
  assert.equal(npmRun('start', 'demo'), 'npm start');
  assert.equal(npmRun('stop', 'demo', ['--delete']), 'npm run stop -- --delete');
  assert.equal(npmRun('start', 'home', ['--tour']), 'npm start -- --tour --name home');
});

test('every command of npm that a start prints is for the capsule that it started', () => {
  const claim = { name: 'home', socket: '/s', stateDir: '/d' } as Claim;
  const commands = renderLater(claim).match(/npm (?:start|run stop).*/g) ?? [];
  assert.equal(commands.length, 3);
  for (const command of commands) assert.match(command, / --name home$/);
});
