import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { InitPower } from './init-power.ts';

test('PID 1 gets its signal after the answer had time to leave', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const signals: string[] = [];
  const power = new InitPower({ signal: (signal) => void signals.push(signal) });
  await power.reboot();
  assert.deepEqual(signals, []);
  mock.timers.tick(500);
  await power.powerOff();
  mock.timers.tick(500);
  assert.deepEqual(signals, ['SIGUSR1', 'SIGPWR']);
  mock.timers.reset();
});
