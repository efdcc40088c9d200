import { readFile } from 'node:fs/promises';
import { type Workload, WorkloadPhase } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { pathOf } from '../lab/capsulectl.ts';
import { names, portMaps } from '../lab/footprint.ts';
import { wordsOf } from '../lab/process.ts';
import { PATHS } from './model/operation.ts';
import { differencesOf } from './model/shown-workload.ts';
import { type Life, textAt } from './model/workload-model.ts';
import { readByCopy } from './perform.ts';
import type { Setting } from './setting.ts';
import { type CellProcesses, processesOfCells } from './shim.ts';
import type { TrackedWorkload } from './tracked-workload.ts';

/** The facts that an undisturbed workload must keep. */
export interface Kept {
  readonly begun: number;
  readonly kills: number;
  readonly pid: number;
}

export interface AuditRequest {
  readonly workloads: readonly TrackedWorkload[];
  /** Other running workloads, with one process each. */
  readonly others: readonly string[];
  /** The facts of the previous audit. */
  readonly kept: ReadonlyMap<string, Kept>;
}

export interface Audit {
  readonly problems: readonly string[];
  readonly kept: ReadonlyMap<string, Kept>;
}

/**
 * Compares the state in the API, containerd and Linux with the expected state. All workloads must have
 * settled. Some kernel objects disappear late, so a second comparison may be necessary.
 */
export async function audit(setting: Setting, request: AuditRequest): Promise<Audit> {
  const { lab, client } = setting;
  const { workloads: all } = await client.workload.list({});
  const shown = new Map(all.map((workload) => [workload.name, workload]));
  const processes = await processesOfCells(lab);
  const kept = new Map<string, Kept>();
  const problems = await Promise.all(
    request.workloads.map(async (tracked) => {
      const { name, state } = tracked;
      const seen = shown.get(name);
      const found = [...differencesOf(state, seen)];
      if (state !== undefined && seen !== undefined) {
        const pid = seen.status?.pid ?? 0;
        const now = { begun: state.begun, kills: tracked.kills, pid };
        const look = { state, shown: seen, cell: processes.get(name), kills: tracked.kills };
        found.push(...(await lookAt(setting, look)));
        if (state.desired === 'running') {
          kept.set(name, now);
          found.push(...disturbance(request.kept.get(name), now));
        }
      }
      return found.map((problem) => `${name}: ${problem}`);
    }),
  );
  const running = request.workloads.filter(({ state }) => state?.desired === 'running');
  const should = [...request.others, ...running.map(({ name }) => name)];
  return {
    problems: [
      ...problems.flat(),
      ...compare(
        'workloads',
        [...shown.keys()],
        [
          ...request.others,
          ...request.workloads.filter(({ state }) => state !== undefined).map(({ name }) => name),
        ],
      ),
      ...compare('cells with processes', busyCells(processes), should),
      ...compare('running tasks', await runningTasks(setting), should),
      ...compare('published ports', await publishedPorts(setting, request), portsOf(running)),
      ...compare('execs', await names(lab, '/run/capsule-exec'), []),
      ...compare('views', await names(lab, '/run/capsule-view'), []),
    ],
    kept,
  };
}

interface Look {
  readonly state: Life;
  readonly shown: Workload;
  readonly cell: CellProcesses | undefined;
  readonly kills: number;
}

async function lookAt(setting: Setting, look: Look): Promise<readonly string[]> {
  const { state, shown, kills } = look;
  const { name, status } = shown;
  const restarts = status?.restartCount ?? 0;
  const problems: string[] = [];
  if (restarts > kills) problems.push(`restarted ${restarts} times, killed ${kills} times`);
  if (state.desired === 'running') problems.push(...(await lookAtProcess(setting, look)));
  else if (status?.phase !== WorkloadPhase.STOPPED) problems.push(`it is ${status?.reason}`);
  if (!state.hasContainer) return problems;
  for (const path of PATHS) {
    const should = textAt(state, path);
    if (should === undefined) continue;
    const is =
      state.desired === 'running'
        ? await readAt(pathOf(setting.lab, `/proc/${status?.pid}/root${path}`))
        : await readStopped(setting, name, path);
    if (is !== should) problems.push(`${path} holds ${is}, not ${should}`);
  }
  return problems;
}

async function lookAtProcess({ lab }: Setting, look: Look): Promise<readonly string[]> {
  const { state, shown, cell } = look;
  const pid = shown.status?.pid ?? 0;
  const inside = cell?.inside ?? [];
  const problems: string[] = [];
  if (inside.length !== 1 || inside[0] !== pid) {
    problems.push(`its processes are ${inside.join(', ')}, not ${pid}`);
  }
  if (cell?.shim === undefined) problems.push('it has no shim');
  const words = inside.includes(pid) ? await wordsOf(lab, pid, 'environ') : [];
  if (!words.includes(`VALUE=${state.value}`)) problems.push(`its process has ${words.join(' ')}`);
  return problems;
}

function disturbance(before: Kept | undefined, now: Kept): readonly string[] {
  const isUntouched = before?.begun === now.begun && before.kills === now.kills;
  if (!isUntouched || before.pid === now.pid) return [];
  return [`no operation touched it, and its process was ${before.pid} and is ${now.pid}`];
}

/** Without the shim, because the shim of an ended task stays with the exit code. */
function busyCells(processes: ReadonlyMap<string, CellProcesses>): readonly string[] {
  return [...processes].filter(([, { inside }]) => inside.length > 0).map(([name]) => name);
}

async function readAt(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return 'absent';
    throw failure;
  });
}

async function readStopped({ client }: Setting, name: string, path: string): Promise<string> {
  return readByCopy(client, name, path).catch((error: unknown) => {
    if (isCapsuleError(error) && error.code === 'FILES_MISSING') return 'absent';
    throw error;
  });
}

async function runningTasks({ lab }: Setting): Promise<readonly string[]> {
  const { stdout } = await lab.ctr('tasks', 'ls');
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([, , state]) => state === 'RUNNING')
    .map(([id = '']) => /^default_default_(.+)_\1$/.exec(id)?.[1] ?? id);
}

/** Only objects of the given workloads; others have their own. */
async function publishedPorts(
  { lab }: Setting,
  { workloads }: AuditRequest,
): Promise<readonly string[]> {
  const maps = (await portMaps(lab)).join('\n');
  const ports = workloads.map(({ hostPort }) => String(hostPort));
  return ports.filter((port) => new RegExp(`\\b${port}\\b`).test(maps));
}

function portsOf(running: readonly TrackedWorkload[]): readonly string[] {
  return running.filter(({ state }) => state?.port).map(({ hostPort }) => String(hostPort));
}

function compare(what: string, is: readonly string[], should: readonly string[]): string[] {
  const [left, right] = [is.toSorted().join(' '), should.toSorted().join(' ')];
  return left === right ? [] : [`${what} are ${left || 'none'}; they should be ${right || 'none'}`];
}
