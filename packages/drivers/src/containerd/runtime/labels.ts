import type { ContainerRef, ContainerRole, Resources } from '@capsule/core';

/** The labels of a container record: its identity, and the facts that starting and stopping it takes. */
export interface ContainerLabels {
  readonly ref: ContainerRef;
  readonly role: ContainerRole;
  readonly revision: string;
  readonly imageDigest: string;
  /** The snapshot below the container's own. */
  readonly parent: string;
  readonly stopSignal: string;
  readonly logPath: string;
  /** Its limits. */
  readonly resources: Resources;
  /** The end of its last task, once that is removed. */
  readonly ended?: ContainerEnd;
}

export interface ContainerEnd {
  readonly exitCode: number;
  readonly exitedAt?: number;
  readonly oomKilled?: boolean;
}

const PREFIX = 'capsule.';
export const RESOURCES_LABEL = `${PREFIX}resources`;
/** Empty when the container has a task, or never had one. */
export const ENDED_LABEL = `${PREFIX}ended`;

export function writeEnded(end: ContainerEnd): string {
  return JSON.stringify(end);
}

export function writeLabels({ ref, ...labels }: ContainerLabels): Record<string, string> {
  return {
    [`${PREFIX}realm`]: ref.cell.realm,
    [`${PREFIX}space`]: ref.cell.space,
    [`${PREFIX}stack`]: ref.cell.stack,
    [`${PREFIX}cell`]: ref.cell.cell,
    [`${PREFIX}container`]: ref.container,
    [`${PREFIX}role`]: labels.role,
    [`${PREFIX}revision`]: labels.revision,
    [`${PREFIX}image-digest`]: labels.imageDigest,
    [`${PREFIX}parent`]: labels.parent,
    [`${PREFIX}stop-signal`]: labels.stopSignal,
    [`${PREFIX}log-path`]: labels.logPath,
    [RESOURCES_LABEL]: JSON.stringify(labels.resources),
  };
}

/** Undefined for a container that capsuled did not make for this realm. */
export function readLabels(
  from: Readonly<Record<string, string>>,
  realm: string,
): ContainerLabels | undefined {
  const label = (name: string) => from[`${PREFIX}${name}`] ?? '';
  const cell = {
    realm: label('realm'),
    space: label('space'),
    stack: label('stack'),
    cell: label('cell'),
  };
  if (label('container') === '' || Object.values(cell).includes('')) return undefined;
  if (cell.realm !== realm) return undefined;
  const ended = parse<ContainerEnd>(label('ended'));
  return {
    ref: { cell, container: label('container') },
    role: label('role') === 'root' ? 'root' : 'sibling',
    revision: label('revision'),
    imageDigest: label('image-digest'),
    parent: label('parent'),
    stopSignal: label('stop-signal'),
    logPath: label('log-path'),
    // Limits that differ from the desired ones are written again.
    resources: parse<Resources>(label('resources')) ?? {},
    ...(ended !== undefined && { ended }),
  };
}

/** Labels can be changed by other clients of containerd: one that is no JSON counts as absent. */
function parse<T>(text: string): T | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as T);
  } catch (failure) {
    if (failure instanceof SyntaxError) return undefined;
    throw failure;
  }
}
