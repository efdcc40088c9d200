import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeProcessor } from './processor.ts';

const cpuinfo = (more: string) =>
  `processor\t: 0\nvendor_id\t: X\nmodel\t\t: 7\nmicrocode\t: 0x1\n${more}\n\nprocessor\t: 1\nvendor_id\t: Y\n`;

test('a processor is its model, its microcode and its flags, and not its frequency', () => {
  const one = describeProcessor(cpuinfo('cpu MHz\t\t: 2000\nflags\t\t: fpu svm'));
  assert.equal(one, describeProcessor(cpuinfo('cpu MHz\t\t: 3000\nflags\t\t: fpu svm')));
  assert.notEqual(one, describeProcessor(cpuinfo('flags\t\t: fpu')));
  assert.match(one, /^X\n/);
});
