import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printText, runProgram } from '@capsule/imager';
import { hostNames } from '../embedded/claim/host-names.ts';
import { STATE_ROOT } from '../embedded/claim/host-paths.ts';
import { stopCapsule } from '../embedded/stop-capsule.ts';
import { DEMO } from './demo-manifest.ts';

/** `npm run stop [-- [--delete] [--name NAME]]`: stops the capsule of `npm start`. Idempotent. */
const say = (text: string) => printText(process.stdout, text);

await runProgram(async () => {
  const { values } = parseArgs({
    options: {
      delete: { type: 'boolean', default: false },
      name: { type: 'string', default: DEMO },
    },
  });
  const { name } = values;
  hostNames(name); // a name with a slash would lead the removal astray
  const state = join(STATE_ROOT, name);
  const stopped = await stopCapsule(name);
  say(stopped ? `capsule ${name} is stopped` : `capsule ${name} was not running`);
  if (values.delete) {
    await rm(state, { recursive: true, force: true });
    say(`its state in ${state} is removed`);
  } else if (stopped) {
    const next = 'npm start uses it again; npm run stop -- --delete removes it';
    say(`its state stays in ${state}`);
    say(next);
  }
});
