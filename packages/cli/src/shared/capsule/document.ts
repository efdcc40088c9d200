import type { GetInfoResponse } from '@capsule/api/wire';
import type { ProgramManual } from '../../program/manual.ts';
import { readProblem } from './read-problem.ts';

/** Facts about a capsule as plain data: counts are numbers, what is not known is left out. */
export function infoDocument(info: GetInfoResponse, program: ProgramManual): object {
  const { $typeName: _type, $unknown: _unknown, problems, ...facts } = info;
  const known = Object.entries(facts)
    .map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value] as const)
    .filter(([, value]) => value !== '' && value !== 0);
  return {
    ...Object.fromEntries(known),
    workloadsTotal: info.workloadsTotal,
    workloadsRunning: info.workloadsRunning,
    problems: problems.map((problem) => readProblem(problem, program)),
  };
}
