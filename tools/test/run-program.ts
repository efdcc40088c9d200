import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { LaneResult } from './lane.ts';
import type { Print } from './transcript.ts';

/** Runs a program of Node that counts as one test: it passes when it ends with 0. */
export async function runProgram(file: string, print: Print): Promise<LaneResult> {
  const child = spawn(process.execPath, ['--single-threaded', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', print);
  }
  const [code] = await once(child, 'close');
  const passed = code === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
