import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { ContainerTarget } from '../target/container-target.ts';

const LINES = 5;
const LONGEST = 200;
/** The writer of the log may be a moment behind the end of the program. */
const LAG_MS = 300;

/** Describes the end of a workload's log for an error: its last lines, indented, or why there are none. */
export async function describeLastLines(
  client: CapsuleClient,
  target: ContainerTarget,
  signal: AbortSignal,
): Promise<string> {
  const late = AbortSignal.timeout(LAG_MS);
  const read: Uint8Array[] = [];
  try {
    const request = { ...target, tailLines: LINES, follow: true };
    const chunks = client.workload.logs(request, { signal: AbortSignal.any([signal, late]) });
    for await (const { data } of chunks) read.push(data);
  } catch (error) {
    signal.throwIfAborted();
    if (!isCapsuleError(error) && !late.aborted) throw error;
    if (!late.aborted && isCapsuleError(error)) return `its log cannot be read: ${error.message}`;
  }
  const lines = linesOf(Buffer.concat(read).toString());
  if (lines.length === 0) return 'it printed nothing';
  return ['the last lines of its log are', ...lines.map((line) => `    ${line}`)].join('\n');
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines
    .slice(-LINES)
    .map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
}
