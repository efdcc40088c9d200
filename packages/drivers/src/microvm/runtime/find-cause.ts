import { open } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';
import type { ProcessEnd } from '../process/start-process.ts';
import type { VmRun } from '../record/vm-run.ts';
import type { WatchedVm } from '../record/watched-vm.ts';
import { consoleLog } from './start-writers.ts';

/** The cause is at the end of the console's log. */
const TAIL_BYTES = 64 * 1024;
const WORDS_MOST = 200;
const PANIC = /Kernel panic - not syncing: ([^\n\r]*)/g;
/** Error lines of QEMU, and of Firecracker except the one that announces its exit. */
const MONITOR =
  /(?:qemu-system-\w+:|\[firecracker:[^\]\n]*:ERROR\] (?!Firecracker exiting)) *([^\n\r]*)/g;
/** Firecracker's first line of a run; lines before it are of an earlier run. */
const BEGUN = ':INFO] Running Firecracker v';
/** Firecracker's last line after its guest has reset or switched off. */
const RESET = /\[firecracker:[^\]\n]*\] Firecracker exiting successfully/;
const AGENT = /capsule-guest: ([^\n\r]*)/g;

/** Enough to recognise a failure, and short enough for one line of an error. */
const LAST_LINES = 3;
const LINE_MOST = 120;
/** The stamp of each line of a log: its time, its stream, and whether the line is whole. */
const STAMP = /^\S+Z (?:stdout|stderr) [FP] /;

/** Part of the cause where the console printed nothing. */
export const SILENT = 'its console printed nothing';

/**
 * Returns why a machine that capsuled did not end is gone, by the console's output in this run and by how its
 * monitor ended. The console's last lines follow where they add to the cause.
 */
export async function findCause(
  { spec }: Pick<WatchedVm, 'spec'>,
  { id, consoleBegin = 0 }: Pick<VmRun, 'id' | 'consoleBegin'>,
  ends: ReadonlyMap<string, ProcessEnd>,
): Promise<string> {
  const text = await readTail(consoleLog(spec.logPath), consoleBegin);
  const cause = causeOf(text, ends.get(id));
  return isPlain(cause) ? cause : `${cause}; ${describeConsole(text)}`;
}

/** Returns whether the cause names a panic or an error of the monitor. */
function isPlain(cause: string): boolean {
  return cause.includes(': ');
}

/** Pure. */
export function describeConsole(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => printable(line.replace(STAMP, '')).trim())
    .filter((line) => line !== '')
    .slice(-LAST_LINES)
    .map((line) => line.slice(0, LINE_MOST));
  if (lines.length === 0) return SILENT;
  return `its console ends with: ${lines.join(' / ')}`;
}

/** `end`: how the monitor ended, where that is known. Pure. */
export function causeOf(screen: string, end?: ProcessEnd): string {
  const text = screen.slice(Math.max(0, screen.lastIndexOf(BEGUN)));
  const panic = last(text, PANIC);
  if (panic !== undefined) {
    // The kernel panics when its first process ends; the last line of that process has the reason.
    const said = /Attempted to kill init/.test(panic) ? last(text, AGENT) : undefined;
    return `its guest's kernel panicked: ${said ?? panic}`;
  }
  const complaint = last(text, MONITOR);
  const isDone = complaint === undefined && end?.exitCode === 0;
  if (RESET.test(text) || isDone) return 'its guest reset or powered off the microVM';
  return `its virtual machine monitor died${describeHow(end)}${complaint === undefined ? '' : `: ${complaint}`}`;
}

function describeHow(end: ProcessEnd | undefined): string {
  if (end === undefined) return '';
  return ` (${end.signal ?? `exit code ${end.exitCode}`})`;
}

function last(text: string, pattern: RegExp): string | undefined {
  const found = [...text.matchAll(pattern)].at(-1)?.[1]?.trim();
  return found === undefined || found === '' ? undefined : printable(found).slice(0, WORDS_MOST);
}

/** A guest is not trusted, and its text is printed on terminals. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}

async function readTail(path: string, begin: number): Promise<string> {
  await using file = await unlessMissing(open(path));
  if (file === undefined) return '';
  const { size } = await file.stat();
  // A log that is smaller than it was has been rotated since.
  const length = size < begin ? size : size - begin;
  const buffer = Buffer.alloc(Math.min(length, TAIL_BYTES));
  await file.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.toString('latin1');
}
