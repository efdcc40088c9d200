import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { STATE_ROOT } from '../embedded/places.ts';
import { stopCapsule } from '../embedded/stop-capsule.ts';
import { DEMO } from './demo-manifest.ts';
import { runProgram } from './run-program.ts';

/** `npm run stop [-- --delete]`: ends the capsule of `npm start`. Idempotent. */
const say = (line: string) => void process.stdout.write(`${line}\n`);
const state = join(STATE_ROOT, DEMO);

await runProgram(async () => {
  const { values } = parseArgs({ options: { delete: { type: 'boolean', default: false } } });
  const stopped = await stopCapsule(DEMO);
  say(stopped ? `capsule ${DEMO} is stopped` : `capsule ${DEMO} was not running`);
  if (values.delete) {
    await rm(state, { recursive: true, force: true });
    say(`its state in ${state} is removed`);
  } else if (stopped) {
    say(
      `its state stays in ${state}: npm start goes on with it; npm run stop -- --delete removes it`,
    );
  }
});
