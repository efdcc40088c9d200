import { open } from 'node:fs/promises';
import { unlessMissing } from '@capsule/host';

/** The end of a console tells why a machine went; more of it does not help. */
const TAIL_BYTES = 64 * 1024;
const WORDS_MOST = 200;
const PANIC = /Kernel panic - not syncing: ([^\n\r]*)/g;
/** QEMU's complaints, and Firecracker's but for the one that says that it goes. */
const MONITOR =
  /(?:qemu-system-\w+:|\[firecracker:[^\]\n]*:ERROR\] (?!Firecracker exiting)) *([^\n\r]*)/g;
/** Firecracker's first word: what stands before it is of an earlier run. */
const BEGUN = ':INFO] Running Firecracker v';
/** Firecracker's last word when a guest let it go. */
const RESET = /\[firecracker:[^\]\n]*\] Firecracker exiting successfully/;
const AGENT = /capsule-guest: ([^\n\r]*)/g;

/** Enough to recognise a failure by, and short enough for one line of an error. */
const LAST_LINES = 3;
const LINE_MOST = 120;
/** Before each line of a log: its time, its stream, and whether it is whole. */
const STAMP = /^\S+Z (?:stdout|stderr) [FP] /;

/**
 * Why a machine that nobody ended is gone, by the end of its console; `begin` is the size of the console's log before
 * this run, so that an earlier run does not speak for it. What is not plain from the cause itself, the last lines are.
 */
export async function findCause(consoleLog: string, begin: number): Promise<string> {
  const text = await readTail(consoleLog, begin);
  const cause = causeOf(text);
  return isPlain(cause) ? cause : `${cause}; ${describeConsole(text)}`;
}

/** It names a panic, or what the monitor complained of. */
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
  if (lines.length === 0) return 'its console printed nothing';
  return `its console ends with: ${lines.join(' / ')}`;
}

/** Pure. */
export function causeOf(screen: string): string {
  const text = screen.slice(Math.max(0, screen.lastIndexOf(BEGUN)));
  const panic = last(text, PANIC);
  if (panic !== undefined) {
    // The kernel panics when its first process ends: then that one's last words are the reason.
    const said = /Attempted to kill init/.test(panic) ? last(text, AGENT) : undefined;
    return `its guest's kernel panicked: ${said ?? panic}`;
  }
  if (RESET.test(text)) return 'its guest reset or switched off its machine';
  const complaint = last(text, MONITOR);
  return `its virtual machine monitor died${complaint === undefined ? '' : `: ${complaint}`}`;
}

function last(text: string, pattern: RegExp): string | undefined {
  const found = [...text.matchAll(pattern)].at(-1)?.[1]?.trim();
  return found === undefined || found === '' ? undefined : printable(found).slice(0, WORDS_MOST);
}

/** A guest is not trusted: its words go to people's terminals. */
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
