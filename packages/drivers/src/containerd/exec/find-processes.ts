import { listPids, type ProcEntry, readEntry, readProc } from '@capsule/host';
import { isInCgroup } from '../../cgroup/is-in-cgroup.ts';
import { execMark } from './exec-mark.ts';
import { readMark } from './read-mark.ts';

/** The traces by which the processes of one exec are found. */
export interface ExecTraces {
  readonly execId: string;
  /**
   * The cgroup of the container: a process elsewhere does not belong to the exec, whatever its numbers are.
   */
  readonly cgroup: string;
  /** The first process of the exec, where the runtime named it. */
  readonly leader: number | undefined;
}

/** The result of one search. */
export interface Found {
  readonly pids: readonly number[];
  /** A further process may belong to them, but shows no mark yet. */
  readonly isUnclear?: boolean;
}

/**
 * Returns the living processes of an exec by what Linux alone shows: those that bear its mark, its leader,
 * and their descendants, also in sessions of their own. It needs no runtime, which may be lost.
 */
export async function findProcesses(traces: ExecTraces): Promise<Found> {
  const inside = await Promise.all((await listPids()).map((pid) => look(pid, traces)));
  const candidates = inside.flat();
  return {
    pids: selectProcesses(candidates, traces.leader),
    isUnclear: candidates.some(({ isMarked, isZombie }) => isMarked === undefined && !isZombie),
  };
}

export interface Candidate extends ProcEntry {
  /** As `readMark` returns it. */
  readonly isMarked: boolean | undefined;
}

/** Returns the pids among `candidates`, all of one container, that belong to the exec. Pure. */
export function selectProcesses(
  candidates: readonly Candidate[],
  leader: number | undefined,
): readonly number[] {
  const isOurs = ({ pid, session, isMarked }: Candidate) =>
    isMarked === true || (leader !== undefined && (pid === leader || session === leader));
  const chosen = new Set(candidates.filter(isOurs).map(({ pid }) => pid));
  let size = -1;
  while (size !== chosen.size) {
    size = chosen.size;
    for (const { pid, parent, session } of candidates) {
      if (chosen.has(parent) || chosen.has(session)) chosen.add(pid);
    }
  }
  return candidates
    .filter(({ pid, isZombie }) => chosen.has(pid) && !isZombie)
    .map(({ pid }) => pid);
}

async function look(pid: number, { execId, cgroup }: ExecTraces): Promise<readonly Candidate[]> {
  if (!isInCgroup(await readProc(pid, 'cgroup'), cgroup)) return [];
  const [entry, isMarked] = await Promise.all([readEntry(pid), readMark(pid, execMark(execId))]);
  return entry === undefined ? [] : [{ ...entry, isMarked }];
}
