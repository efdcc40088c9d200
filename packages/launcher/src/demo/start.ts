import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch } from 'node:process';
import { parseArgs } from 'node:util';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { isNotFound } from '@capsule/core';
import { findAcceleration } from '@capsule/host';
import {
  buildRootfs,
  capsuleProfile,
  type OfferRequest,
  offerFirecracker,
  type Rootfs,
  releaseFor,
  runProgram,
} from '@capsule/imager';
import { layersInUse, readClaim } from '../embedded/claim/claim.ts';
import { type Started, startCapsule } from '../embedded/start-capsule.ts';
import { waitForApi } from '../embedded/wait-for-api.ts';
import { chooseImage } from './choose-image.ts';
import { choosePort } from './choose-port.ts';
import { DEMO, demoManifest, WORKLOAD } from './demo-manifest.ts';
import { demoError } from './errors.ts';
import { fetchPage } from './fetch-page.ts';
import { renderOutcome } from './render-outcome.ts';
import { showMicroVm } from './show-micro-vm.ts';
import { showVolume } from './show-volume.ts';

/**
 * `npm start [-- --name NAME]`: a capsule, named demo if not told otherwise, in the background, with
 * a web server in it. Idempotent.
 */
const REPOSITORY = join(import.meta.dirname, '../../../..');
const CACHE = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
const PORTS = { from: 8080, to: 8099 };
const API_TIMEOUT_MS = 60_000;
const PAGE_TIMEOUT_MS = 10_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

await runProgram(async () => {
  const { values } = parseArgs({ options: { name: { type: 'string', default: DEMO } } });
  const { name } = values;
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
  const host = `unix:${started.claim.socket}`;
  await using client = connectCapsule(host);
  const port = (await publishedPort(client)) ?? (await choosePort(PORTS.from, PORTS.to));
  const choice = await chooseImage({ ...common, client });
  if (choice.archive !== undefined) await capsulectl(host, ['image', 'push', choice.archive]);
  const manifest = join(started.claim.stateDir, `${WORKLOAD}.yaml`);
  await writeFile(manifest, demoManifest(choice.image, port));
  await capsulectl(host, ['apply', '--wait', '-f', manifest]);
  const problem = (await readClaim(name))?.portProblems?.find((other) => other.port === port);
  if (problem !== undefined) say(`note: 127.0.0.1:${port} is ${problem.why}`);
  const address = problem === undefined ? '127.0.0.1' : started.claim.subnet.capsuleAddress;
  const url = `http://${address}:${port}/`;
  const page = await fetchPage(url, PAGE_TIMEOUT_MS);
  const { image } = choice;
  const note = await showVolume({
    image,
    folder: started.claim.stateDir,
    capsulectl: (...args) => capsulectl(host, args),
  });
  const folder = started.claim.stateDir;
  const microVm = await showMicroVm({
    image,
    port,
    url,
    folder,
    capsulectl: (...args) => capsulectl(host, args),
  });
  say(
    renderOutcome({ claim: started.claim, host, image, manifest, page, url, port, note, microVm }),
  );
});

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
  say(`capsule ${name} runs already, at ${subnet.capsuleAddress}`);
  if (layers.join() !== rootfs.layers.map((layer) => layer.path).join()) {
    say('note: it runs an older build; npm run stop and npm start change to the present one');
  }
}

/** The port of an earlier run: a second one must not move the page. */
async function publishedPort(client: CapsuleClient): Promise<number | undefined> {
  try {
    const workload = await client.workload.get({ name: WORKLOAD });
    return (workload.container ?? workload.microVm)?.ports[0]?.hostPort;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
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
