/** How a virtual machine ended, as its host sees it. */
export interface MachineEnd {
  /** All that its kernel said. */
  readonly console: string;
  /** QEMU's own output. */
  readonly said: string;
  /** QEMU's, unless we ended it. */
  readonly signal: NodeJS.Signals | null;
  /** Its first program was reached. */
  readonly hasBegun: boolean;
  /** The test ended it, because its first program was not reached in time. */
  readonly isStuck: boolean;
}

export interface Crash {
  readonly part: 'kernel' | 'emulator';
  /** The line that says so. */
  readonly detail: string;
}

/**
 * Messages of a kernel that is about to panic. It also panics when its first program ends and when no memory is left: those
 * are failures of what runs in it.
 */
const PANIC = /Kernel panic - not syncing: (?!Attempted to kill init|System is deadlocked)[^\r\n]*/;
/** With `oops=panic` the reason stands before the panic, which then says no more than `Fatal exception`. */
const OOPS =
  /(?:BUG: |Oops: |Internal error: |general protection fault|invalid opcode|kernel BUG at |Unable to handle kernel )[^\r\n]*/;
const ABORT =
  /[^\r\n]*(?:Assertion [^\r\n]*failed|ERROR:[^\r\n]*: assertion failed|qemu: fatal)[^\r\n]*/;
/** Signals of a program that breaks; others come from outside. */
const BREAKS = new Set<string>(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP']);

/**
 * Whether the kernel or the emulator crashed, rather than the program in the machine failed. Pure. A machine that stops
 * before its first program is one whose kernel hangs.
 */
export function findCrash(end: MachineEnd): Crash | undefined {
  const panic = PANIC.exec(end.console)?.[0];
  if (panic !== undefined) {
    const oops = OOPS.exec(end.console)?.[0];
    return { part: 'kernel', detail: [oops, panic].filter(Boolean).join('; ') };
  }
  const abort = ABORT.exec(end.said)?.[0];
  if (abort !== undefined) return { part: 'emulator', detail: abort.trim() };
  if (end.signal !== null && BREAKS.has(end.signal)) {
    return { part: 'emulator', detail: `it was ended by ${end.signal}` };
  }
  if (end.isStuck) return { part: 'kernel', detail: 'it did not reach its first program' };
  return undefined;
}
