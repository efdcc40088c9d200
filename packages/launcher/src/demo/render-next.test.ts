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
  const claim = {
    name: 'home',
    socket: '/s',
    stateDir: '/d',
    subnet: { capsuleAddress: '192.0.2.2' },
  } as Claim;
  const commands = renderLater(claim, true).match(/npm (?:start|run stop).*/g) ?? [];
  assert.equal(commands.length, 3);
  for (const command of commands) assert.match(command, / --name home$/);
});

test('a caller with a context works as themselves, any other one as root', () => {
  const subnet = { capsuleAddress: '192.0.2.2' };
  const claim = { name: 'home', socket: '/s', stateDir: '/d', subnet } as Claim;
  assert.match(renderLater(claim, true), /as yourself.*\n\n.*CAPSULE_HOST=home\n/);
  assert.match(renderLater(claim, false), /as root.*\n\n.*CAPSULE_HOST=unix:\/s\n/);
});
