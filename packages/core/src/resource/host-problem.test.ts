import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printHostReport, readHostReport } from './host-problem.ts';

const PROBLEM = { code: 'HOST_PORT_TAKEN', message: 'taken', hint: 'stop it' };

test('a report reads as it was printed', () => {
  assert.deepEqual(readHostReport(printHostReport([PROBLEM])), [PROBLEM]);
});

test('a text that is no report has no problems, and a part that is none is left out', () => {
  for (const text of ['', '{', 'null', '7', '[]', '{"problems":7}', '{"problems":[7,null]}']) {
    assert.deepEqual(readHostReport(text), [], text);
  }
  const mixed = JSON.stringify({ problems: [{ code: 'X' }, PROBLEM] });
  assert.deepEqual(readHostReport(mixed), [PROBLEM]);
});
