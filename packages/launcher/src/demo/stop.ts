import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printText, runProgram } from '@capsule/imager';
import { hostNames } from '../embedded/claim/host-names.ts';
import { STATE_ROOT } from '../embedded/claim/host-paths.ts';
import { stopCapsule } from '../embedded/stop-capsule.ts';
import { DEMO } from './demo-manifest.ts';
import { npmRun } from './npm-run.ts';
import { STOP_HELP, STOP_USAGE } from './usage.ts';

/** `npm run stop [-- [--delete] [--name NAME]]`: stops the capsule of `npm start`. Idempotent. */
const say = (text: string) => printText(process.stdout, text);

await runProgram(async () => {
  const { values } = parseArgs({
    options: {
      delete: { type: 'boolean', default: false },
      name: { type: 'string', default: DEMO },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(STOP_USAGE);
  const { name } = values;
  hostNames(name); // a name with a slash would lead the removal astray
  const state = join(STATE_ROOT, name);
  const stopped = await stopCapsule(name);
  say(stopped ? `capsule ${name} is stopped` : `capsule ${name} was not running`);
  if (values.delete) {
    await rm(state, { recursive: true, force: true });
    say(`its state in ${state} is removed`);
  } else if (stopped) {
    const remove = npmRun('stop', name, ['--delete']);
    say(`its state stays in ${state}`);
    say(`${npmRun('start', name)} uses it again; ${remove} removes it`);
  }
}, STOP_HELP);
