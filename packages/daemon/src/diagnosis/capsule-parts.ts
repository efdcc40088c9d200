import { type Check, formatSpan, remedy } from '@capsule/core';
import type { CapsuleSeen } from '../capsule/observe.ts';
import type { CapsuleProblem } from '../capsule/problems.ts';
import { type Finding, fail, ok, type Part, partOf, shared, warn } from './part.ts';

export interface CapsulePartsOptions {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: () => number;
  /** Folder of the capsule's state. */
  readonly permPath: string;
  readonly look: (signal: AbortSignal) => Promise<CapsuleSeen>;
  /** Reads the whole store. Throws the error that makes it unusable. */
  readonly checkStore: () => readonly string[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PERM_WARN_PERCENT = 85;
const PERM_FAIL_PERCENT = 95;

/** Where a known problem of the capsule belongs, by the beginning of its code; the first that fits. */
const PLACES: readonly (readonly [code: string, Check['section'], Check['level']])[] = [
  ['STORE_', 'capsule', 'fail'],
  ['RUNTIME_', 'containerd', 'fail'],
  ['DNS_', 'networks', 'fail'],
  ['VOLUME_POOL_LOW', 'disk', 'warn'],
  ['VOLUME_', 'disk', 'fail'],
  ['', 'capsule', 'warn'],
];

/** Parts of one run that the report on the capsule answers, and its problems where they belong. */
export function capsuleParts(options: CapsulePartsOptions): readonly Part[] {
  const { version, startedAt, now, permPath, checkStore } = options;
  const look = shared(options.look);
  const problems = (section: Part['section']): Part =>
    partOf(section, 'problems', async (signal) => problemsIn(section, await look(signal)));
  return [
    partOf('capsule', 'capsuled', () =>
      ok(`version ${version}, up for ${roundedSpan(Math.floor((now() - startedAt) / 1000))}`),
    ),
    partOf('capsule', 'store', () => storeFinding(checkStore())),
    problems('capsule'),
    partOf('containerd', 'answer', async (signal) => runtimeFindings(await look(signal))),
    problems('containerd'),
    partOf('cgroups', 'version', async (signal) => cgroupFinding(await look(signal))),
    problems('networks'),
    partOf('disk', 'state', async (signal) => permFinding(await look(signal), permPath)),
    partOf('disk', 'pool', async (signal) => poolFindings(await look(signal))),
    problems('disk'),
  ];
}

/** In whole units of the largest kind that it fills: `2d`. */
function roundedSpan(seconds: number): string {
  const unit = [DAY, HOUR, MINUTE].find((one) => seconds >= one) ?? 1;
  return formatSpan(seconds - (seconds % unit));
}

function problemsIn(section: Part['section'], { problems }: CapsuleSeen): readonly Finding[] {
  return problems.flatMap((problem) => {
    const [, place, level] = placeOf(problem);
    if (place !== section) return [];
    return [{ name: problem.code, level, detail: problem.message, remedy: problem.remedy }];
  });
}

function placeOf({ code }: CapsuleProblem) {
  return PLACES.find(([start]) => code.startsWith(start)) ?? (['', 'capsule', 'warn'] as const);
}

function storeFinding(faults: readonly string[]): Finding {
  if (faults.length === 0) return ok('every page and every index is intact');
  return fail(
    `the store is damaged: ${faults.slice(0, 3).join('; ')}`,
    remedy`stop the capsule and restore its file state.db from a backup; workloads keep running until then`,
  );
}

/** A runtime that does not answer is one of the problems. */
function runtimeFindings({ runtime }: CapsuleSeen): readonly Finding[] {
  return runtime.ok ? [ok(runtime.detail)] : [];
}

function cgroupFinding({ machine: { cgroup = '' } }: CapsuleSeen): Finding {
  if (cgroup !== '') return ok(cgroup);
  return fail(
    'no hierarchy of cgroups is mounted',
    remedy`mount cgroup2 at /sys/fs/cgroup: without it, limits have no effect`,
  );
}

function permFinding({ machine: { perm } }: CapsuleSeen, path: string): Finding {
  // The reason is one of the problems.
  if (perm === undefined) return warn('unknown', remedy`repair the disk that holds ${path}`);
  const percent = Math.floor((perm.usedBytes / Math.max(perm.totalBytes, 1)) * 100);
  const detail = `${path} is ${percent} % full`;
  const hint = remedy`delete images, workloads or volumes that are not needed; a full disk stops every change`;
  if (percent >= PERM_FAIL_PERCENT) return fail(detail, hint);
  return percent >= PERM_WARN_PERCENT ? warn(detail, hint) : ok(detail);
}

/** A pool that is unusable or low is one of the problems. */
function poolFindings({ pool, problems }: CapsuleSeen): readonly Finding[] {
  if (problems.some(({ code }) => code.startsWith('VOLUME_'))) return [];
  return [ok(pool.detail)];
}
