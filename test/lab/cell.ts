import { connectCapsule } from '@capsule/api/node';
import { Level, NodeState } from '@capsule/api/wire';
import { type Lab, type RanInWorkload, runInWorkload } from '@capsule/testkit';
import { capsulectl } from './capsulectl.ts';
import { stretched } from './stretched.ts';

/** A place in `main/default/default`, unless it names another one. */
export interface CellPlace {
  readonly realm?: string;
  readonly space?: string;
  readonly stack?: string;
  readonly cell: string;
  readonly container?: string;
}

const HOME = { realm: 'main', space: 'default', stack: 'default' };

/** A running container of a cell, as Linux and the API show it. */
export interface SeenContainer {
  readonly pid: number;
  readonly containerdId: string;
}

/** A document of `v1beta1`. */
export function document(kind: string, name: string, spec: object = {}, labels?: object): object {
  return { apiVersion: 'v1beta1', kind, metadata: { name, ...(labels && { labels }) }, spec };
}

/** One file with several documents: JSON is YAML. */
export function file(...documents: readonly object[]): string {
  return documents.map((one) => JSON.stringify(one)).join('\n---\n');
}

/** Applies through the command line, and returns its output. */
export async function applyText(lab: Lab, input: string): Promise<string> {
  return (await capsulectl(lab, ['apply', '-f', '-', '--no-wait'], { input })).stdout;
}

/** Resolves when a cell and all its containers have this state. */
export async function untilCell(
  lab: Lab,
  place: CellPlace,
  state: NodeState = NodeState.READY,
): Promise<void> {
  await using client = connectCapsule(lab.host);
  const { container: _container, ...within } = { ...HOME, ...place };
  const signal = AbortSignal.timeout(stretched(60_000));
  let last = '';
  try {
    const request = { level: Level.CELL, within };
    for await (const { node } of client.cell.watch(request, { signal })) {
      if (node?.node.case !== 'cell') continue;
      const { status, containers } = node.node.value;
      last = `${status?.reason}: ${status?.message}`;
      if ([status, ...containers.map((one) => one.status)].every((one) => one?.state === state)) {
        return;
      }
    }
  } catch (error) {
    throw new Error(`${place.cell} has not reached state ${state}: ${last}`, { cause: error });
  }
}

/** A running container; fails for one that does not run. */
export async function seeContainer(
  lab: Lab,
  place: Required<Pick<CellPlace, 'container'>> & CellPlace,
): Promise<SeenContainer> {
  await using client = connectCapsule(lab.host);
  const { node } = await client.cell.get({ place: { ...HOME, ...place } });
  if (node.case !== 'container') throw new Error(`${place.container} is no container`);
  const { status, containerdId } = node.value;
  if (status?.state !== NodeState.READY) throw new Error(`${place.container}: ${status?.message}`);
  return { pid: status.pid, containerdId };
}

/** Runs a program in a container of a cell. Accepts any exit code. */
export async function insideCell(
  lab: Lab,
  place: Required<Pick<CellPlace, 'container'>> & CellPlace,
  ...command: readonly string[]
): Promise<RanInWorkload> {
  await using client = connectCapsule(lab.host);
  return await runInWorkload(client, { name: '', place: { ...HOME, ...place }, command });
}

/** A place of any level. */
export type TreePlace = Partial<CellPlace>;

/** Deletes a realm, space, stack or cell with everything in it, killing its programs. */
export async function removeTree(lab: Lab, place: TreePlace): Promise<void> {
  await using client = connectCapsule(lab.host);
  await client.cell.delete({ place, cascade: true, force: true });
}
