import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import { isCapsuleError, plainText, portKey } from '@capsule/core';
import type { Context } from '../../program/context/context.ts';
import { readProblem } from '../capsule/read-problem.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';

/** Codes of problems of the capsule that are about a port, by which its message names it. */
const PORT_PROBLEMS = ['HOST_PORT_TAKEN', 'WORKLOAD_PORT_SHADOWED'];

/**
 * Returns warnings about published ports of these workloads that do not lead to them everywhere: a program of
 * the host has the port of an embedded capsule, or a program of the capsule listens on it too. One of an older
 * capsule, which does not report, has none.
 */
export async function portWarnings(
  client: CapsuleClient,
  workloads: readonly ReportedWorkload[],
  context: Context,
): Promise<readonly string[]> {
  const ports = workloads.flatMap(({ spec }) => spec.ports.map(portKey));
  if (ports.length === 0) return [];
  const { program, signal } = context;
  try {
    const info = await retryWhileAway(() => client.capsule.getInfo({}, { signal }), context);
    return info.problems
      .map((problem) => readProblem(problem, program))
      .filter(({ code, message }) => PORT_PROBLEMS.includes(code) && isAbout(message, ports))
      .map(({ message, hint }) => plainText(`${message}; ${hint}`));
  } catch (error) {
    if (isCapsuleError(error) && error.kind === 'unsupported') return [];
    throw error;
  }
}

function isAbout(message: string, ports: readonly string[]): boolean {
  const words = message.split(/[\s:,]+/);
  return ports.some((port) => words.includes(port));
}
