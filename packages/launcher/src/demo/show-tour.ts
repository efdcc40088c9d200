import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CapsuleClient } from '@capsule/api/wire';
import { isNotFound } from '@capsule/core';
import type { Progress } from '@capsule/imager';
import { type Claim, readClaim } from '../embedded/claim/claim.ts';
import { chooseImage } from './choose-image.ts';
import { choosePort } from './choose-port.ts';
import { demoManifest, WORKLOAD } from './demo-manifest.ts';
import { fetchPage } from './fetch-page.ts';
import type { Outcome } from './render-outcome.ts';
import { showMicroVm } from './show-micro-vm.ts';
import { showVolume } from './show-volume.ts';

/** The port of the examples, 8080, stays free for them. */
const PORTS = { from: 8000, to: 8019 };
const PAGE_TIMEOUT_MS = 10_000;

export interface TourRequest {
  readonly claim: Claim;
  readonly client: CapsuleClient;
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
  /** Runs one command, with its output on the user's terminal. */
  readonly capsulectl: (...args: readonly string[]) => Promise<void>;
}

/** Shows a web server in a container, a volume, and the same web server in a microVM. Idempotent. */
export async function showTour(request: TourRequest): Promise<Outcome> {
  const { claim, client, capsulectl } = request;
  const folder = claim.stateDir;
  const { image, archive } = await chooseImage(request);
  if (archive !== undefined) await capsulectl('image', 'push', archive);
  const port = (await publishedPort(client)) ?? (await choosePort(PORTS.from, PORTS.to));
  const manifest = join(folder, `${WORKLOAD}.yaml`);
  await writeFile(manifest, demoManifest(image, port));
  await capsulectl('apply', '--wait', '-f', manifest);
  const url = await urlOf(request, port);
  const page = await fetchPage(url, PAGE_TIMEOUT_MS);
  const note = await showVolume({ image, folder, capsulectl });
  const microVm = await showMicroVm({ image, port, url, folder, capsulectl });
  return { claim, image, manifest, page, url, port, note, microVm };
}

/** At 127.0.0.1, or at the capsule's own address where another program has the port. */
async function urlOf({ claim, progress }: TourRequest, port: number): Promise<string> {
  const now = await readClaim(claim.name);
  const problem = now?.portProblems?.find((other) => other.port === port);
  if (problem !== undefined) progress(`note: 127.0.0.1:${port} is ${problem.why}`);
  const address = problem === undefined ? '127.0.0.1' : claim.subnet.capsuleAddress;
  return `http://${address}:${port}/`;
}

/** The port of an earlier tour: a second one must not move the page. */
async function publishedPort(client: CapsuleClient): Promise<number | undefined> {
  try {
    const workload = await client.workload.get({ name: WORKLOAD });
    return (workload.container ?? workload.microVm)?.ports[0]?.hostPort;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
