import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { arch } from 'node:process';
import { parseArgs } from 'node:util';
import { connectCapsule } from '@capsule/api/node';
import { findAcceleration } from '@capsule/host';
import {
  buildRootfs,
  capsuleProfile,
  type OfferRequest,
  offerFirecracker,
  printText,
  type Rootfs,
  releaseFor,
  runProgram,
} from '@capsule/imager';
import { type Claim, layersInUse } from '../embedded/claim/claim.ts';
import { hostNames } from '../embedded/claim/host-names.ts';
import { STATE_ROOT } from '../embedded/claim/host-paths.ts';
import { type Started, startCapsule } from '../embedded/start-capsule.ts';
import { waitForApi } from '../embedded/wait-for-api.ts';
import { adoptForCaller, findCaller } from './adopt-for-caller.ts';
import { DEMO } from './demo-manifest.ts';
import { demoError } from './errors.ts';
import { npmRun } from './npm-run.ts';
import { otherProblems } from './other-problems.ts';
import { renderLater } from './render-next.ts';
import { renderOutcome } from './render-outcome.ts';
import { showTour } from './show-tour.ts';
import { isTourShown, recordTour } from './tour-record.ts';
import { START_HELP, START_USAGE } from './usage.ts';

/**
 * `npm start [-- [--name NAME] [--tour]]`: starts a capsule in the background, named demo by default.
 * The first start shows a tour, and so does `--tour`. Idempotent.
 */
const REPOSITORY = join(import.meta.dirname, '../../../..');
const CACHE = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
const API_TIMEOUT_MS = 60_000;
const PLAN =
  'The first start shows a tour: a web server in a container, a volume that outlives its workload, and the ' +
  'same web server in a microVM.';

const say = (text: string) => printText(process.stdout, text);

await runProgram(async () => {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: DEMO },
      tour: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(START_USAGE);
  const { name } = values;
  hostNames(name); // a wrong name fails before the build
  const withTour = values.tour || !(await isTourShown(join(STATE_ROOT, name)));
  say(`Starting the capsule ${name}.${withTour ? `\n${PLAN}` : ''}`);
  const common = { cacheDir: CACHE, env: process.env, progress: say };
  await offerMonitor(common);
  const rootfs = await buildRootfs({
    ...common,
    repository: REPOSITORY,
    profile: capsuleProfile,
    layersInUse,
  });
  const begunAt = performance.now();
  const started = await startCapsule({ name, rootfs });
  await waitForApi(started, API_TIMEOUT_MS);
  announce(started, rootfs, performance.now() - begunAt);
  const { claim } = started;
  for (const note of await otherProblems(started)) say(`note: ${note}`);
  const isAdopted = await adopt(claim);
  if (!withTour) {
    say(renderLater(claim, isAdopted));
    return;
  }
  const host = `unix:${claim.socket}`;
  await using client = connectCapsule(host);
  const run = (...args: readonly string[]) => capsulectl(host, args);
  const outcome = await showTour({ ...common, claim, client, capsulectl: run });
  await recordTour(claim.stateDir);
  say(renderOutcome(outcome, isAdopted));
}, START_HELP);

/** Without a context, the caller can still work as root: a failure here is no reason to fail. */
async function adopt(claim: Claim): Promise<boolean> {
  const capsulectl = join(REPOSITORY, 'bin/capsulectl');
  try {
    const caller = await findCaller(process.env);
    return await adoptForCaller({ claim, caller, capsulectl }, process.env);
  } catch (error) {
    say(`note: this user has no context for the capsule: ${(error as Error).message}`);
    return false;
  }
}

/** Firecracker, where the processor of this machine can be used by it. */
async function offerMonitor(common: Omit<OfferRequest, 'release'>): Promise<void> {
  if (arch !== 'x64' && arch !== 'arm64') return;
  if (!(await findAcceleration(arch)).isKvm) return;
  await offerFirecracker({ ...common, release: releaseFor(arch) });
}

function announce(started: Started, rootfs: Rootfs, ms: number): void {
  const { name, subnet, layers } = started.claim;
  for (const warning of started.warnings) say(`note: ${warning}`);
  if (!started.alreadyRan) {
    say(
      `capsule ${name} runs at ${subnet.capsuleAddress}; its API answered after ${Math.round(ms)} ms`,
    );
    return;
  }
  say(`capsule ${name} already runs at ${subnet.capsuleAddress}`);
  if (layers.join() !== rootfs.layers.map((layer) => layer.path).join()) {
    const upgrade = `${npmRun('stop', name)}, then ${npmRun('start', name)}`;
    say(`note: this capsule runs an older build; to upgrade it: ${upgrade}`);
  }
}

async function capsulectl(host: string, args: readonly string[]): Promise<void> {
  const child = spawn(join(REPOSITORY, 'bin/capsulectl'), args, {
    stdio: 'inherit',
    env: { ...process.env, CAPSULE_HOST: host },
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) {
    const command = `capsulectl ${args.join(' ')}`;
    throw demoError.COMMAND_FAILED({ command, exitCode: exitCode ?? -1 });
  }
}
