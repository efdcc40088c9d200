import type { CellNamespacesSeen } from '../../port/cell-namespaces.ts';
import type {
  CellFileNames,
  CellLinkKind,
  CellNetworkSeen,
  CellNetworkSpec,
} from '../../port/cell-network.ts';
import type { CellRecord } from '../../resource/cell/cell.ts';
import { cellKey } from '../../resource/cell/cell-key.ts';
import type { ContainerRecord } from '../../resource/cell/container.ts';
import { SHM_BYTES } from '../../resource/cell/container-settings.ts';
import {
  type ContainerLook,
  type ContainerPlan,
  type ContainerStep,
  type ContainerStepArgs,
  planContainer,
} from '../container/container.ts';

/** The arguments of each step of a cell itself. */
export interface CellStepArgs {
  attachNetwork: CellNetworkSpec;
  detachNetwork: { readonly key: string };
  /** Pins the namespaces that containers of the cell share, and sets the host name in them. */
  pinNamespaces: {
    readonly key: string;
    readonly hostname: string;
    readonly shmBytes: number;
    readonly sysctls: string;
  };
  unpinNamespaces: { readonly key: string };
  /** Brings the capsule's port maps up to what all cells want. */
  publishPorts: { readonly reason: 'missing' | 'left' };
  /** Mounts volumes for this cell, and no other. */
  attachVolumes: { readonly names: readonly string[] };
  detachVolumes: { readonly names: readonly string[] };
  /** Copies the content of the image at a mount point into new volumes. */
  fillVolumes: { readonly names: readonly string[] };
  /** Forgets the record and gives the address back. Nothing is left after it. */
  forget: object;
}

export type CellStepName = keyof CellStepArgs;
export type CellStep = {
  [N in CellStepName]: { readonly do: N } & Readonly<CellStepArgs[N]>;
}[CellStepName];

export type Step = CellStep | ContainerStep;
export type StepArgs = CellStepArgs & ContainerStepArgs;

/** Everything that is known about a cell when a plan is made. */
export interface CellSeen {
  /** Workloads it depends on that are not ready. */
  readonly waitingFor: readonly string[];
  readonly address: string | undefined;
  readonly network: CellNetworkSeen | undefined;
  readonly namespaces: CellNamespacesSeen | undefined;
  /** `missing`: a wanted map is not loaded. `left`: a map is loaded that should not be. */
  readonly ports: 'current' | 'missing' | 'left';
  readonly volumes: VolumesSeen;
  /** In the order of the record. */
  readonly containers: readonly ContainerLook[];
}

/** Names of volumes. */
export interface VolumesSeen {
  /** Wanted, and not mounted for this cell. */
  readonly missing: readonly string[];
  /** Wanted, mounted, and not looked into yet. */
  readonly unfilled: readonly string[];
  /** That this cell holds, wanted or not. */
  readonly held: readonly string[];
}

export interface CellPlan {
  /** May run side by side. Empty: nothing to do now. */
  readonly steps: readonly Step[];
  /** When to look again without any event; milliseconds since 1970. */
  readonly againAt?: number;
  /** Nothing can be started before these workloads are ready. */
  readonly waitingFor?: readonly string[];
}

/**
 * The next wave of steps towards what is desired of a cell and its containers; run them, look again, plan again. An
 * empty wave means that nothing is left to do, or that it waits for `againAt`. Pure.
 */
export function planCell(record: CellRecord, seen: CellSeen, now: number): CellPlan {
  const plans = planContainers(record, seen, now);
  const wave = planWave(record, seen, plans);
  if (wave.steps.length > 0 || !plans.some(({ turn }) => turn === 'held')) return wave;
  const times = plans.flatMap((plan) => (plan.turn === 'held' ? [plan.notBefore] : []));
  return { ...wave, againAt: Math.min(...times, wave.againAt ?? Number.POSITIVE_INFINITY) };
}

function planWave(record: CellRecord, seen: CellSeen, plans: readonly ContainerPlan[]): CellPlan {
  const first = stepsOf(plans, 'first');
  const fetches = first.filter((step) => isFetch(step) && !isOfRoot(record, step));
  if (first.length > fetches.length) return { steps: rootLast(record, first) };
  const gone = goneOf(record, plans);
  if (gone.length > 0) return { steps: gone };
  switch (record.desired) {
    case 'deleting':
      return planDeletion(record, seen, stepsOf(plans, 'beside'));
    case 'stopped':
      return { steps: [...letGo(record, seen), ...stepsOf(plans, 'beside')] };
    case 'running':
      return fetchLast(planRunning(record, seen, plans), fetches);
  }
}

/** An image that cannot be had holds up its sibling, and nothing else of the cell. */
function fetchLast(plan: CellPlan, fetches: readonly ContainerStep[]): CellPlan {
  return plan.steps.length > 0 || fetches.length === 0 ? plan : { steps: fetches };
}

function isFetch(step: ContainerStep): boolean {
  return step.do === 'pullImage' || step.do === 'missImage';
}

function planContainers(record: CellRecord, seen: CellSeen, now: number): readonly ContainerPlan[] {
  const isCutOff =
    isNetworkCut(record, seen) || isNamespaceCut(record, seen) || areSettingsOld(record, seen);
  const isEnding = isRootOver(record, seen);
  return record.containers.flatMap((container, index) => {
    const look = seen.containers[index];
    if (look === undefined) return [];
    const isSibling = container.role === 'sibling';
    const wanted = isEnding && isSibling ? stoppedWithRoot(container) : container;
    const { heldMs = 0 } = look;
    const mayPause = record.desired === 'running' && wanted.desired === 'running' && !isCutOff;
    if (isSibling && mayPause && heldMs > 0) return [{ turn: 'held', notBefore: now + heldMs }];
    return [planContainer(wanted, look, { now, isCutOff })];
  });
}

/** True when the root of a cell that is to run has ended for good: its siblings then end, too. */
function isRootOver({ desired, containers }: CellRecord, seen: CellSeen): boolean {
  const [root] = containers;
  const look = seen.containers[0];
  if (desired !== 'running' || root === undefined || look === undefined) return false;
  return planContainer(root, look, { now: 0, isCutOff: false }).turn === 'over';
}

/** A sibling whose root has ended for good, with the grace of its spec: that of a restart was for another run. Pure. */
export function stoppedWithRoot({ stopGraceMs: _, ...record }: ContainerRecord): ContainerRecord {
  return record.desired === 'deleting' ? record : { ...record, desired: 'stopped' };
}

/** Containers of a cell that stays, of which nothing is left. */
function goneOf(
  { desired, containers }: CellRecord,
  plans: readonly ContainerPlan[],
): readonly ContainerStep[] {
  if (desired === 'deleting') return [];
  return containers
    .filter((one, at) => one.desired === 'deleting' && plans[at]?.turn === 'over')
    .map(({ ref }) => ({ do: 'forgetContainer', ref }));
}

function planDeletion(
  record: CellRecord,
  seen: CellSeen,
  beside: readonly ContainerStep[],
): CellPlan {
  const rest = [...letGo(record, seen), ...beside];
  return { steps: rest.length > 0 ? rest : [{ do: 'forget' }] };
}

function planRunning(
  record: CellRecord,
  seen: CellSeen,
  plans: readonly ContainerPlan[],
): CellPlan {
  const isOver = plans.length > 0 && plans.every(({ turn }) => turn === 'over');
  if (isOver) return { steps: letGo(record, seen) };
  if (areSettingsOld(record, seen)) return { steps: renew(record, seen) };
  const wave = [...prepare(record, seen), ...stepsOf(plans, 'beside')];
  if (wave.length > 0) return { steps: wave };
  // Nothing joins a cell that stands still: what ended meanwhile starts when its root goes on.
  if (seen.containers[0]?.seen?.task === 'paused') return { steps: [] };
  const starts = startsOf(plans);
  if (starts.length === 0) return { steps: [] };
  const mounted = volumesOf({ containers: containersOf(record, starts) });
  const unfilled = seen.volumes.unfilled.filter((name) => mounted.includes(name));
  if (unfilled.length > 0) return { steps: [{ do: 'fillVolumes', names: unfilled }] };
  const due = starts.filter(({ notBefore }) => notBefore === undefined);
  if (due.length === 0) return { steps: [], againAt: earliest(starts) };
  if (seen.waitingFor.length > 0) return { steps: [], waitingFor: seen.waitingFor };
  return { steps: due.map(({ step }) => step) };
}

type Start = Extract<ContainerPlan, { readonly turn: 'last' }>;

/** Siblings come to what the root holds: they are started when it runs. */
function startsOf([root, ...siblings]: readonly ContainerPlan[]): readonly Start[] {
  if (root?.turn === 'last') return [root];
  return root?.turn === 'none' ? siblings.filter((plan) => plan.turn === 'last') : [];
}

/** The volumes of other containers wait for these: the image that fills one may not be there yet. */
function containersOf({ containers }: CellRecord, starts: readonly Start[]) {
  const names = starts.map(({ step }) => step.ref.container);
  return containers.filter(({ ref }) => names.includes(ref.container));
}

function earliest(starts: readonly Start[]): number {
  return Math.min(...starts.map(({ notBefore = 0 }) => notBefore));
}

/** Plans the resources that containers of a cell share; these steps do not depend on each other. */
function prepare(record: CellRecord, seen: CellSeen): CellStep[] {
  const wave: CellStep[] = [];
  const { spec, id } = record;
  const key = cellKey(id);
  const { hostname, extraHosts, dns } = fileNamesOf(record);
  if (spec.networkMode === 'host' && seen.network !== undefined) {
    wave.push({ do: 'detachNetwork', key });
  }
  if (spec.networkMode === 'bridge' && seen.address !== undefined && !isAttached(record, seen)) {
    const { address } = seen;
    const link = linkOf(record);
    wave.push({ do: 'attachNetwork', key, link, hostname, address, extraHosts, dns });
  }
  if (spec.kind === 'microVm') wave.push(...unpin(record, seen));
  else if (!isPinned(seen, hostname, shmBytesOf(record))) {
    const shmBytes = shmBytesOf(record);
    wave.push({ do: 'pinNamespaces', key, hostname, shmBytes, sysctls: settingsOf(record) });
  }
  if (seen.ports !== 'current') wave.push({ do: 'publishPorts', reason: seen.ports });
  const { missing, held } = seen.volumes;
  if (missing.length > 0) wave.push({ do: 'attachVolumes', names: missing });
  const wanted = new Set(volumesOf(record));
  wave.push(...release(held.filter((name) => !wanted.has(name))));
  return wave;
}

/** The names in the files of a cell. Pure. */
export function fileNamesOf({
  id,
  spec,
}: Pick<CellRecord, 'id' | 'spec'>): Required<CellFileNames> {
  const { extraHosts, dns } = spec;
  return { hostname: spec.hostname === '' ? id.cell : spec.hostname, extraHosts, dns };
}

/** Plans the release of everything that the containers of the cell share. */
function letGo(record: CellRecord, seen: CellSeen): CellStep[] {
  const rest: CellStep[] = [];
  if (seen.network !== undefined) rest.push({ do: 'detachNetwork', key: cellKey(record.id) });
  rest.push(...unpin(record, seen));
  if (seen.ports !== 'current') rest.push({ do: 'publishPorts', reason: seen.ports });
  return [...rest, ...release(seen.volumes.held)];
}

function unpin({ id }: CellRecord, { namespaces }: CellSeen): CellStep[] {
  return namespaces === undefined ? [] : [{ do: 'unpinNamespaces', key: cellKey(id) }];
}

/**
 * Plans the end of the namespaces that have settings of an earlier spec. Those of IPC go last: they have the note of
 * the settings, so a capsuled that dies in between continues.
 */
function renew(record: CellRecord, seen: CellSeen): CellStep[] {
  const key = cellKey(record.id);
  return seen.network === undefined ? unpin(record, seen) : [{ do: 'detachNetwork', key }];
}

/** The settings that the root writes into the namespaces of its cell, in a fixed order. */
function settingsOf({ containers: [root] }: CellRecord): string {
  const settings = Object.entries(root?.spec.sysctls ?? {});
  return JSON.stringify(settings.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** True when the namespaces may have a setting that the spec no longer has; only new ones have the kernel's values. */
function areSettingsOld(record: CellRecord, { namespaces }: CellSeen): boolean {
  const noted = namespaces?.sysctls;
  return record.spec.kind === 'container' && noted !== undefined && noted !== settingsOf(record);
}

function isPinned({ namespaces }: CellSeen, hostname: string, shmBytes: number): boolean {
  const isCurrent = namespaces?.hostname === hostname && namespaces.shmBytes === shmBytes;
  return namespaces?.complete === true && isCurrent;
}

/** In whole pages, as the kernel counts them. */
function shmBytesOf({ containers: [root] }: CellRecord): number {
  return Math.ceil((root?.spec.shmSize ?? SHM_BYTES) / PAGE_BYTES) * PAGE_BYTES;
}

/** The smallest pages of the supported architectures. */
const PAGE_BYTES = 4096;

function release(names: readonly string[]): CellStep[] {
  return names.length === 0 ? [] : [{ do: 'detachVolumes', names }];
}

/** Each volume once, whichever containers of the cell mount it. Pure. */
export function volumesOf({ containers }: Pick<CellRecord, 'containers'>): readonly string[] {
  const names = containers.flatMap(({ spec }) => spec.mounts.map(({ volumeName }) => volumeName));
  return [...new Set(names)];
}

/** True when a container lost its network (a namespace, a machine's TAP), which needs a restart. */
function isNetworkCut({ spec }: CellRecord, { network, address }: CellSeen): boolean {
  // Attaching with another address removes the link that a running container still uses.
  const isMoving =
    network?.complete === true && address !== undefined && network.address !== address;
  if (spec.kind === 'microVm') return network?.complete !== true || isMoving;
  return spec.networkMode === 'bridge' && (network === undefined || isMoving);
}

/**
 * True when containers that share namespaces have lost the pins: one that starts later would be in others. A
 * container without siblings runs on; an earlier version pinned nothing for it.
 */
function isNamespaceCut({ spec, containers }: CellRecord, { namespaces }: CellSeen): boolean {
  return spec.kind === 'container' && containers.length > 1 && namespaces === undefined;
}

function isAttached(record: CellRecord, { network, address }: CellSeen): boolean {
  const isRight = network?.address === address && network?.link === linkOf(record);
  return network?.complete === true && isRight;
}

function linkOf({ spec }: CellRecord): CellLinkKind {
  return spec.kind === 'microVm' ? 'tap' : 'veth';
}

function stepsOf(plans: readonly ContainerPlan[], turn: 'first' | 'beside') {
  return plans.flatMap((plan) => (plan.turn === turn ? [plan.step] : []));
}

/** Siblings live in what the root holds: it ends when none of them is ending. */
function rootLast(record: CellRecord, steps: readonly ContainerStep[]): readonly ContainerStep[] {
  const siblings = steps.filter((step) => !isOfRoot(record, step));
  const isEnding = siblings.some((step) => step.do === 'stopContainer');
  return isEnding
    ? steps.filter((step) => step.do !== 'stopContainer' || !isOfRoot(record, step))
    : steps;
}

function isOfRoot({ containers }: CellRecord, { ref }: ContainerStep): boolean {
  return containers[0]?.ref.container === ref.container;
}
