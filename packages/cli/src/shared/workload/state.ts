import type { ReportedWorkload } from '@capsule/api/wire';
import type { WorkloadProgress } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { Style } from '../../program/context/output.ts';
import { formatBytes } from '../render/bytes.ts';

const STYLES: Readonly<Record<string, Style>> = {
  running: 'green',
  pending: 'yellow',
  failed: 'red',
  stopped: 'dim',
};

/** The state in a word or two: `Running`, `Pending (pulling 45%)`, `Failed (IMAGE_NOT_FOUND)`. */
export function describeState({ desired, status }: ReportedWorkload): string {
  if (desired === 'deleting') return 'Deleting';
  const phase = capitalised(status.phase);
  if (status.progress !== undefined) return `${phase} (${describeProgress(status.progress)})`;
  if (status.health === 'starting') return `${phase} (not ready)`;
  if (status.phase === 'running' && status.reason === 'Ready') return `${phase} (healthy)`;
  const isPlain = status.reason === '' || status.reason.toLowerCase() === status.phase;
  return isPlain || status.reason === 'Accepted' ? phase : `${phase} (${status.reason})`;
}

/** `pulling 45%`, `unpacking`, `pulling 12 MiB`. */
export function describeProgress({ stage, doneBytes, totalBytes }: WorkloadProgress): string {
  if (totalBytes > 0) return `${stage} ${Math.floor(Math.min(doneBytes / totalBytes, 1) * 100)}%`;
  return doneBytes > 0 ? `${stage} ${formatBytes(doneBytes)}` : stage;
}

export function styleOfState({ desired, status }: ReportedWorkload): Style | undefined {
  return desired === 'deleting' ? 'yellow' : STYLES[status.phase];
}
