import type { ReportedNode } from '@capsule/api/wire';
import type { Place } from '@capsule/core';

/** How one creation went. */
export interface Created {
  readonly place: Place;
  readonly isNew: boolean;
  readonly node?: ReportedNode;
  /** The cell that holds a new container, as it was before. */
  readonly cell?: ReportedNode;
  /** The command has waited for it, or it starts nothing. */
  readonly isSettled: boolean;
  /** It was refused. */
  readonly error?: unknown;
  /** It was created, and is not ready. */
  readonly failure?: unknown;
}

/** Whether the root of its cell is paused: nothing starts beside it. Pure. */
export function isCellPaused(cell: ReportedNode | undefined): boolean {
  if (cell?.level !== 'cell') return false;
  return cell.cell.containers.some(({ isRoot, status }) => isRoot && status.state === 'paused');
}

/** Whether it becomes ready by itself: not where its cell is paused or stopped, has ended, or is empty. Pure. */
export function startsNow({ isNew, node, cell }: Created): boolean {
  if (!isNew || node === undefined || isCellPaused(cell)) return false;
  if (node.level === 'cell') return node.cell.containers.length > 0;
  if (cell?.level !== 'cell') return true;
  const root = cell.cell.containers.find(({ isRoot }) => isRoot);
  const hasEnded = root !== undefined && ['stopped', 'failed'].includes(root.status.state);
  return cell.cell.desired === 'running' && (!hasEnded || root.status.nextRetryAt !== undefined);
}
