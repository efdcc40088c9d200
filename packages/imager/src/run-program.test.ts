import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const MODULE = join(import.meta.dirname, 'run-program.ts');

/** Starts a program whose main function is this text. */
function start(main: string, help = 'undefined') {
  const imports = `import { parseArgs } from 'node:util'; import { runProgram } from '${MODULE}';`;
  const code = `${imports} await runProgram(async () => { ${main} }, ${help});`;
  return spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('a reader that goes ends the program without a stack trace', async () => {
  const child = start(
    'for (;;) { process.stdout.write("x".repeat(65536)); await new Promise(setImmediate); }',
  );
  await once(child.stdout, 'readable');
  child.stdout.destroy();
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.deepEqual({ said, exitCode }, { said: '', exitCode: 141 });
});

test('an error of usage names the command that shows the options', async () => {
  const child = start("parseArgs({ args: ['--nmae'], options: {} });", "'npm start -- --help'");
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(exitCode, 2);
  assert.equal(
    said,
    "error: Unknown option '--nmae'\n  fix: `npm start -- --help` shows the options\n",
  );
});
