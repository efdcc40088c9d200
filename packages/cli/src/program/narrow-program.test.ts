import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPSULECTL } from '../capsulectl/program.ts';
import { KUKE } from '../kuke/program.ts';
import { narrowProgram } from './narrow-program.ts';

for (const program of [CAPSULECTL, KUKE]) {
  test(`${program.name}: each catalogue has all commands of its word, in their order`, () => {
    for (const word of Object.keys(program.catalogues ?? {})) {
      const narrow = narrowProgram(program, word);
      assert.equal(narrow.name, program.name);
      const under = ({ commands }: typeof program) =>
        commands.filter(({ path, aliases = [] }) =>
          [path, ...aliases].some(([first]) => first === word),
        );
      assert.notEqual(under(program).length, 0, word);
      assert.deepEqual(under(narrow), under(program), word);
      assert.ok(program.shorthands?.every((table) => !Object.hasOwn(table, word)) ?? true, word);
    }
  });
}

test('a word without a catalogue leaves the program whole', () => {
  assert.equal(narrowProgram(CAPSULECTL, 'constructor'), CAPSULECTL);
  assert.equal(narrowProgram(CAPSULECTL), CAPSULECTL);
});
