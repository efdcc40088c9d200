import type { GetInfoResponse } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { type Detail, renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { infoDocument } from './document.ts';
import { readProblem } from './read-problem.ts';

const UNKNOWN = 'unknown';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) =>
    render(await client.capsule.getInfo({}, { signal: context.signal }), format, context),
  );
  return undefined;
};

async function render(info: GetInfoResponse, format: Format, context: Context) {
  const { program, out } = context;
  if (format.kind === 'name') return `${info.hostname}\n`;
  if (isData(format)) return renderDocument(format, infoDocument(info, program));
  return renderDetails([...summary(info, context), ...machine(info, context)], out);
}

function summary(info: GetInfoResponse, context: Context): readonly Detail[] {
  const now = context.now();
  const problems = info.problems.map((problem) => readProblem(problem, context.program));
  return [
    ['Hostname', info.hostname],
    ['Id', info.shortId],
    ['Capsule', info.capsuleVersion],
    ['Runtime', info.runtimeVersion],
    ['Up', info.uptimeSeconds > 0n ? formatAge(now - Number(info.uptimeSeconds) * 1000, now) : ''],
    ['Workloads', workloads(info)],
    ['Address', info.address],
    ['Bridge', info.bridgeCidr],
    [
      'Problems',
      problems.map(({ code, message, hint }) => `${code}: ${message}${hint && ` (${hint})`}`),
    ],
  ];
}

function machine(info: GetInfoResponse, context: Context): readonly Detail[] {
  return [
    ['Kernel', `${info.kernelRelease} ${info.architecture}`.trim()],
    ['Processor', info.cpuCores > 0 ? `${info.cpuCores} × ${info.cpuModel || 'unknown'}` : ''],
    ['Memory', used(info.memoryTotalBytes - info.memoryAvailableBytes, info.memoryTotalBytes)],
    ['State', used(info.permUsedBytes, info.permTotalBytes) || UNKNOWN],
    ['Volumes', backend(info.volumeBackend, info.volumeBackendDetail)],
    ['MicroVMs', backend(info.microVmBackend, info.microVmBackendDetail)],
    ['Thin pool', used(info.thinpoolUsedBytes, info.thinpoolTotalBytes)],
    ['Boot disk', disk(info)],
    ['Slot', info.activeSlot],
    ['On trial', trial(info)],
    ['Last version', info.lastVersion],
    ['Watchdog', info.watchdog],
    ['Cgroup', info.cgroup],
    ['Clock', clock(info, context)],
  ];
}

function disk({ bootDisk, diskTotalBytes }: GetInfoResponse): string {
  return diskTotalBytes === 0n ? bootDisk : `${bootDisk} (${formatBytes(Number(diskTotalBytes))})`;
}

/** Both times are of the capsule's clock, so a wrong one does not matter. */
function trial({ pendingSlot, pendingDeadlineUnix, localTimeUnix }: GetInfoResponse): string {
  if (pendingSlot === '') return '';
  const seconds = Math.max(0, Number(pendingDeadlineUnix - localTimeUnix));
  return `${pendingSlot}, goes back in ${formatAge(0, seconds * 1000)} unless it is confirmed`;
}

/** Differences below this come from the way of the answer and from rounding. */
const SKEW_SECONDS = 3;

function clock({ localTimeUnix }: GetInfoResponse, context: Context): string {
  if (localTimeUnix === 0n) return '';
  const ms = Number(localTimeUnix) * 1000;
  const seconds = Math.round((ms - context.now()) / 1000);
  const time = new Date(ms).toISOString();
  if (Math.abs(seconds) < SKEW_SECONDS) return time;
  const skew = formatAge(0, Math.abs(seconds) * 1000);
  return `${time}, ${skew} ${seconds < 0 ? 'behind' : 'ahead of'} this machine`;
}

/** A capsule that cannot read its store counts no workloads, although some may run. */
function workloads({ workloadsRunning, workloadsTotal, problems }: GetInfoResponse): string {
  const isCounted = workloadsTotal > 0 || !problems.some(({ code }) => code.startsWith('STORE_'));
  return isCounted ? `${workloadsRunning} running of ${workloadsTotal}` : UNKNOWN;
}

/** Renders the choice, and on lines of their own the reasons against the others. */
function backend(kind: string, detail: string): readonly string[] {
  if (detail === '') return [];
  const [first = '', ...others] = detail.split('; ');
  return [kind === '' ? `none: ${first}` : `${kind} (${first})`, ...others];
}

function used(usedBytes: bigint, totalBytes: bigint): string {
  if (totalBytes === 0n) return '';
  return `${formatBytes(Number(usedBytes))} of ${formatBytes(Number(totalBytes))} used`;
}
