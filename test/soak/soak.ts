import { readdir } from 'node:fs/promises';
import { connectCapsule } from '@capsule/api/node';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl, pathOf } from '../lab/capsulectl.ts';
import { difference, footprint } from '../lab/footprint.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { Random } from '../lab/random.ts';
import { until } from '../lab/until.ts';
import { deleteAll, runWorkload } from '../lab/workload.ts';
import { type Audit, audit } from './audit.ts';
import { Bystanders } from './bystanders.ts';
import { type Budget, Faults } from './faults.ts';
import { Journal, Violation } from './journal.ts';
import type { Setting } from './setting.ts';
import { describeProcesses } from './shim.ts';
import { TrackedWorkload } from './tracked-workload.ts';
import { Victim } from './victim.ts';

export interface SoakRequest {
  readonly seed: number;
  readonly budget: Budget;
  /** The time limit of the run, even if kills are left in the budget. */
  readonly deadlineMs: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly operations: number;
  /** The number of operations that failed because of a fault. */
  readonly lost: number;
  readonly killed: Budget;
  /** Milliseconds from a kill of capsuled to the API's next answer. */
  readonly back: readonly number[];
}

const IMAGE = 'soak:1';
const WORKLOADS = ['load-a', 'load-b', 'load-c', 'load-d'];
const VICTIMS = ['victim-a', 'victim-b'];
const FIRST_PORT = 20_000;
/** Operations of each workload between two audits. */
const ROUND = 12;
/** The leftovers of the last kill may take a moment to disappear. */
const AUDIT_MS = 60_000;

/**
 * Runs random operations on workloads of a new lab, and kills its services and shims at random. After each
 * round, it compares the actual state with the expected state. The seed determines the operations of each
 * workload and the faults. Throws `Violation`.
 */
export async function soak(request: SoakRequest): Promise<SoakReport> {
  await using lab = await startLab({ images: [] });
  await using client = connectCapsule(lab.host, { defaultTimeoutMs: 60_000 });
  const journal = new Journal();
  const setting: Setting = { lab, client, image: IMAGE, journal };
  try {
    return await run(setting, request);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const told = [await lastLog(lab), '', 'the last that was done:', journal.tail()];
    throw new Violation([...told, '', error.message].join('\n'), { cause: error });
  }
}

async function run(setting: Setting, request: SoakRequest): Promise<SoakReport> {
  const { lab } = setting;
  const { seed, say } = request;
  const begunAt = performance.now();
  const cmd = ['/bin/busybox', 'sleep', '1000000'];
  await pushBusybox(lab, IMAGE, { Cmd: cmd, StopSignal: 'SIGKILL' });
  const bystanders = await Bystanders.start(setting);
  for (const name of VICTIMS) await runWorkload(lab, name, { image: IMAGE });
  const quiet = await footprint(lab);
  const victims = VICTIMS.map((name) => new Victim(setting, name));
  const workloads = WORKLOADS.map((name, index) => {
    const random = new Random(seed + index + 1);
    return new TrackedWorkload({ ...setting, name, hostPort: FIRST_PORT + index, random });
  });
  const { budget } = request;
  const faults = new Faults({ ...setting, random: new Random(seed), budget, workloads, victims });
  const others = [...bystanders.names, ...VICTIMS];
  let kept: Audit['kept'] = new Map();
  for (
    let round = 1;
    !faults.isOver && performance.now() - begunAt < request.deadlineMs;
    round += 1
  ) {
    await amidFaults(faults, workloads);
    await Promise.all([...workloads, ...victims].map((each) => each.settle()));
    await containerdAnswers(lab);
    kept = await calm(() => audit(setting, { workloads, others, kept }));
    await bystanders.check();
    say(`round ${round}: ${describeProgress(reportOf(workloads, faults))}`);
    await Promise.all(victims.map((victim) => victim.forgive()));
  }
  const gone = workloads.filter(({ state }) => state !== undefined).map(({ name }) => name);
  if (gone.length > 0) await capsulectl(lab, ['workload', 'delete', ...gone]);
  const left = difference(quiet, await footprint(lab));
  if (left.length > 0) throw new Violation(`left behind:\n${left.join('\n')}`);
  await deleteAll(lab);
  return reportOf(workloads, faults);
}

/** Runs one round of operations: in sequence for each workload, and in parallel for all workloads. */
async function amidFaults(faults: Faults, workloads: readonly TrackedWorkload[]): Promise<void> {
  const stop = new AbortController();
  const killing = faults.run(stop.signal);
  const work = workloads.map(async (workload) => {
    for (let done = 0; done < ROUND && !stop.signal.aborted; done += 1) await workload.step();
  });
  try {
    await Promise.race([Promise.all(work), killing.then(() => Promise.all(work))]);
  } finally {
    stop.abort();
    await Promise.allSettled([...work, killing]);
  }
  await killing;
}

/** The comparison must wait until everything has restarted after the last kill. */
async function containerdAnswers(lab: Lab): Promise<void> {
  await until('containerd to answer', AUDIT_MS, async () => {
    const { exitCode } = await lab.exec(['ctr', 'version'], { allow: [0, 1] });
    return exitCode === 0;
  });
}

/** Repeats the comparison until it succeeds. Throws `Violation` after the time limit. */
async function calm(look: () => Promise<Audit>): Promise<Audit['kept']> {
  let last: Audit | undefined;
  const begunAt = performance.now();
  const found = await until('what is to be what should be', AUDIT_MS, async () => {
    last = await look();
    return last.problems.length === 0 && last;
  }).catch((cause: unknown) => {
    if (performance.now() - begunAt < AUDIT_MS || last === undefined) throw cause;
    throw new Violation(last.problems.join('\n'), { cause });
  });
  return found.kept;
}

function reportOf(workloads: readonly TrackedWorkload[], faults: Faults): SoakReport {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  return {
    operations: sum(workloads.map(({ done }) => done)),
    lost: sum(workloads.map(({ lost }) => lost)),
    killed: faults.done,
    back: faults.back,
  };
}

/** One line for people. */
export function describeProgress({ operations, lost, killed, back }: SoakReport): string {
  const kills = Object.entries(killed).map(([what, count]) => `${what} ${count}`);
  const sorted = back.toSorted((a, b) => a - b);
  const [median, longest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const times = `back after ${Math.round(median ?? 0)} ms, at most ${Math.round(longest ?? 0)} ms`;
  return `${operations} operations, ${lost} cut off by a fault; killed ${kills.join(', ')}; ${times}`;
}

const LAST_LOG = 80;

async function lastLog(lab: Lab): Promise<string> {
  const lines = (await lab.logs()).trimEnd().split('\n');
  const { stdout } = await lab.capsulectl('events', '-n', '60');
  const execs = await readdir(pathOf(lab, '/run/capsule-exec'), { recursive: true });
  const processes = await describeProcesses(lab);
  return [
    'its processes:',
    ...processes,
    'its events:',
    stdout,
    'its execs:',
    ...execs,
    'the last of its log:',
    ...lines.slice(-LAST_LOG),
  ].join('\n');
}
