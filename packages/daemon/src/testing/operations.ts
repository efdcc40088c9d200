import { placeToProto } from '@capsule/api/wire';
import {
  type CellId,
  type ContainerDocument,
  type ContainerRef,
  type Place,
  placeOfCell,
  placeOfContainer,
  VOLUME_UNIT_BYTES,
  type WorkloadSpec,
} from '@capsule/core';
import { cellOf, containerOf } from './cell-world.ts';
import type { KillWorld, TestFile } from './kill-world.ts';

const CELL: CellId = { realm: 'shop', space: 'front', stack: 'blog', cell: 'web' };
/** A program of the fake runtime that has to be killed. */
export const STUBBORN = '/fake/stubborn';
const refOf = (container: string): ContainerRef => ({ cell: CELL, container });

/** Something that takes several steps, and what comes of it. */
export interface Operation {
  readonly name: string;
  readonly from: 'nothing' | 'running' | 'stopped';
  /** Its steps are those of another one as well. */
  readonly isPart?: boolean;
  /** It is no request of a client. */
  readonly isOutside?: boolean;
  /** Resolves when it is answered: with `unchanged` or `false` if it did nothing. */
  readonly act: (world: KillWorld) => Promise<unknown>;
  /** The containers that run afterwards; undefined when the cell is gone. */
  readonly runs: readonly string[] | undefined;
  /** The answer to the same request afterwards. */
  readonly again: unknown;
}

const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: true }];
const ports = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] as const;

function root(change: Partial<WorkloadSpec> = {}): ContainerDocument {
  return containerOf(refOf('root'), { mounts, ports, ...change });
}

/** Ends with the exit code of a kill, which is a failure unless a client requested it. */
function sibling(name = 'side'): ContainerDocument {
  return containerOf(refOf(name), { mounts, command: [STUBBORN] });
}

function fileOf(...containers: readonly ContainerDocument[]): TestFile {
  const volumes = [{ name: 'data', sizeBytes: 64 * VOLUME_UNIT_BYTES }];
  return { volumes, cells: [{ cell: cellOf(CELL, ...containers) }] };
}

const WHOLE = fileOf(root(), sibling());
const place = placeToProto(placeOfCell(CELL));

/** Brings a new world to where an operation begins. */
export async function prepare(world: KillWorld, { from }: Operation): Promise<void> {
  for (const image of ['nginx', 'redis']) {
    world.outside.images.offer(`docker.io/library/${image}:latest`);
  }
  if (from === 'nothing') return;
  await world.apply(WHOLE);
  await world.settle();
  if (from === 'stopped') await world.capsuled.client.stop({ place });
}

function applies(name: string, from: Operation['from'], file: TestFile): Operation {
  const all = file.cells.flatMap(({ cell }) => cell?.containers ?? []);
  return {
    name,
    from,
    act: async (world) => [...new Set(await world.apply(file))].join(),
    runs: all.map(({ ref }) => ref.container),
    again: 'unchanged',
  };
}

function deletes(name: string, at: Place, runs?: readonly string[]): Operation {
  const act = async ({ capsuled }: KillWorld) => {
    const request = { place: placeToProto(at), cascade: true, force: name.startsWith('purge') };
    return (await capsuled.client.delete(request)).existed;
  };
  return { name, from: 'running', act, runs, again: false };
}

function asks(
  verb: 'start' | 'stop' | 'restart',
  { from, runs, again }: Pick<Operation, 'from' | 'runs' | 'again'>,
): Operation {
  const act = async ({ capsuled }: KillWorld) => (await capsuled.client[verb]({ place })).changed;
  return { name: `${verb} the cell`, from, act, runs, again };
}

const BOTH = ['root', 'side'];
const REALM: Place = { realm: 'shop' };
const SPACE: Place = { ...REALM, space: 'front' };
const STACK: Place = { ...SPACE, stack: 'blog' };
const SCOPES = [REALM, SPACE, STACK].map((one) => ({
  spec: { place: one, labels: { tier: 'web' } },
}));

export const OPERATIONS: readonly Operation[] = [
  { ...applies('create a cell of root and sibling', 'nothing', WHOLE), isPart: true },
  applies('apply a file with all levels', 'nothing', { ...WHOLE, scopes: SCOPES }),
  asks('start', { from: 'stopped', runs: BOTH, again: false }),
  asks('stop', { from: 'running', runs: [], again: false }),
  asks('restart', { from: 'running', runs: BOTH, again: true }),
  applies('edit the root, which recreates', 'running', fileOf(root({ image: 'redis' }), sibling())),
  applies(
    'edit the namespaces, which recreates all',
    'running',
    fileOf(root({ sysctls: { 'net.core.somaxconn': '1' } }), sibling()),
  ),
  applies('add a sibling', 'running', fileOf(root(), sibling(), sibling('more'))),
  { ...applies('leave the sibling out', 'running', fileOf(root())), isPart: true },
  deletes('delete the sibling', placeOfContainer(refOf('side')), ['root']),
  deletes('delete the cell', placeOfCell(CELL)),
  { ...deletes('purge the stack', STACK), isPart: true },
  { ...deletes('purge the space', SPACE), isPart: true },
  deletes('purge the realm', REALM),
  {
    name: 'the root exits',
    from: 'running',
    act: async ({ outside }) => outside.runtime.exit(refOf('root'), 0),
    runs: [],
    again: undefined,
    isOutside: true,
  },
];
