import { connectCapsule } from '@capsule/api/node';
import type { Workload } from '@capsule/api/wire';
import { Level } from '@capsule/api/wire';
import type { Lab } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';
import { stretched } from './stretched.ts';

/** The `container` block of a manifest. */
export interface ContainerManifest {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>> | readonly { name: string; value: string }[];
  readonly networkMode?: 'NETWORK_MODE_HOST' | 'NETWORK_MODE_BRIDGE';
  readonly ports?: readonly { containerPort: number; hostPort: number; protocol?: string }[];
  /** The other fields, as in a manifest. */
  readonly [field: string]: unknown;
}

/** A workload as `workload get -o json` prints it. */
export interface ShownWorkload {
  readonly name: string;
  readonly generation: number;
  readonly uid: string;
  readonly desiredState: string;
  readonly status: {
    readonly phase: string;
    readonly reason: string;
    readonly message: string;
    readonly restartCount: number;
    readonly pid?: number;
    readonly startedAt?: string;
    readonly address?: string;
    readonly exitCode?: number;
    readonly imageDigest?: string;
    readonly containerId?: string;
  };
}

export type RunningWorkload = ShownWorkload & {
  readonly status: ShownWorkload['status'] & { readonly pid: number };
};

/**
 * A manifest as text: JSON is YAML. By default, a workload can write only below /tmp, and runs as the user of
 * its image, who is not root. The given fields override that.
 */
export function manifest(name: string, container: ContainerManifest): string {
  return JSON.stringify({
    name,
    kind: 'Container',
    container: { ...QUICK, ...CONFINED, ...container },
  });
}

/** Only the tests of settling wait until a workload has settled. */
export const QUICK = { minReadySeconds: 0 };

/** A test that needs more sets it, and gives the reason. */
export const CONFINED = { readOnlyRootFilesystem: true, tmpfs: ['/tmp'] };
export const WRITES_ROOT = { readOnlyRootFilesystem: false };
export const AS_ROOT = { user: 'root' };

/** Applies through the command line and waits until it runs. */
export async function runWorkload(
  lab: Lab,
  name: string,
  container: ContainerManifest,
): Promise<RunningWorkload> {
  await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '60s'], {
    input: manifest(name, container),
  });
  const shown = await getWorkload(lab, name);
  const { pid } = shown.status;
  if (pid === undefined)
    throw new Error(`${name} runs without a process: ${JSON.stringify(shown)}`);
  return { ...shown, status: { ...shown.status, pid } };
}

export async function getWorkload(lab: Lab, name: string): Promise<ShownWorkload> {
  const { stdout } = await capsulectl(lab, ['workload', 'get', name, '-o', 'json']);
  return JSON.parse(stdout) as ShownWorkload;
}

/** Deletes through the command line, and waits until nothing is left. */
export async function deleteWorkloads(lab: Lab, ...names: readonly string[]): Promise<void> {
  await capsulectl(lab, ['workload', 'delete', ...names]);
}

/**
 * A failed test must not make the next tests fail. Uses the API and force, because other tests hold the command line and
 * the grace periods.
 */
export async function deleteAll(lab: Lab): Promise<void> {
  await lab.ready();
  await using client = connectCapsule(lab.host);
  const { nodes } = await client.cell.list({ level: Level.CELL });
  const places = nodes.flatMap(({ node }) => (node.case === 'cell' ? [node.value.place] : []));
  const all = { cascade: true, force: true };
  await Promise.all(places.map((place) => client.cell.delete({ ...all, ...(place && { place }) })));
  const { volumes } = await client.volume.list({});
  for (const { name } of volumes) await client.volume.delete({ name, force: true });
}

/** The same for declared registries. */
export async function deleteRegistries(lab: Lab): Promise<void> {
  const { stdout } = await capsulectl(lab, ['registry', 'list', '-o', 'name']);
  const names = stdout.split('\n').filter((name) => name !== '');
  if (names.length > 0) await capsulectl(lab, ['registry', 'delete', ...names]);
}

/** Returns the output of a workload when `isEnough` accepts it. */
export async function printed(
  lab: Lab,
  name: string,
  isEnough: (text: string) => boolean,
): Promise<string> {
  await using client = connectCapsule(lab.host);
  const signal = AbortSignal.timeout(stretched(30_000));
  let text = '';
  for await (const chunk of client.workload.logs({ name, follow: true }, { signal })) {
    text += Buffer.from(chunk.data).toString();
    if (isEnough(text)) return text;
  }
  throw new Error(`${name} printed only ${JSON.stringify(text)}`);
}

/** Resolves with the first state of the workload that `isIt` accepts. */
export async function untilWorkload(
  lab: Lab,
  name: string,
  isIt: (workload: Workload) => boolean,
): Promise<Workload> {
  await using client = connectCapsule(lab.host);
  const signal = AbortSignal.timeout(stretched(60_000));
  for await (const { workload } of client.workload.watch({ names: [name] }, { signal })) {
    if (workload !== undefined && isIt(workload)) return workload;
  }
  throw new Error(`the watch of ${name} ended`);
}
