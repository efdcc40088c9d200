/** A line of the system log. */
export interface BootLine {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly service: string;
  readonly text: string;
}

/** The trace that the boots of a failed update left in the system log. */
export interface FailedBoots {
  /** Their last lines, then the last words of a kernel that panicked. */
  readonly log: readonly string[];
  /** Why the kernel panicked, in its own words, or in those of stage0, which ends with a panic. */
  readonly panic?: string;
}

/** Of each source, so that a record stays small. */
const MOST_LINES = 60;
const MOST_CHARACTERS = 240;
/** Lines of PID 1, `native/init/src/{main,boot}.rs`. */
const STARTED = /^capsule-init \S+ started$/;
const ON_TRIAL = 'this system is on trial';
const PANIC = /Kernel panic - not syncing: (.*)$/;
/** `native/stage0/src/main.rs` says why before that. */
const STAGE0 = /(stage0: .*)$/;
const STAGE0_ENDS = /stage0: restart in /;

/**
 * Finds the failed boots in the system log of the boot after them. Boots on trial count up to the present one; a kernel
 * that panicked before its disk was there left its words in the firmware, and PID 1 of the present boot has put them
 * into the log. Pure.
 */
export function findFailedBoots(lines: readonly BootLine[]): FailedBoots {
  const boots = splitBoots(lines);
  const present = boots.pop() ?? [];
  const trials = boots.slice(boots.findLastIndex((boot) => !isTrial(boot)) + 1).flat();
  const crash = present.filter(({ service }) => service === 'crash');
  const panic = findPanic(crash.map(({ text }) => text));
  return {
    log: [...trials.slice(-MOST_LINES), ...lastWords(crash)].map(printLine),
    ...(panic !== undefined && { panic }),
  };
}

/** A trace of many lines follows the line that says why: what came before that line is worth more than its end. */
function lastWords(crash: readonly BootLine[]): readonly BootLine[] {
  const panic = crash.findLastIndex(({ text }) => PANIC.test(text));
  const most = Math.max(0, crash.length - MOST_LINES);
  const start = panic < 0 ? most : Math.min(most, Math.max(0, panic - MOST_LINES / 2));
  return crash.slice(start, start + MOST_LINES);
}

function findPanic(crash: readonly string[]): string | undefined {
  const end = crash.findLastIndex((text) => STAGE0_ENDS.test(text));
  const [, said] = STAGE0.exec(crash[end - 1] ?? '') ?? [];
  return said ?? crash.flatMap((text) => PANIC.exec(text)?.[1] ?? []).at(-1);
}

function splitBoots(lines: readonly BootLine[]): BootLine[][] {
  const boots: BootLine[][] = [];
  for (const line of lines) {
    if (line.service === 'init' && STARTED.test(line.text)) boots.push([]);
    boots.at(-1)?.push(line);
  }
  return boots;
}

function isTrial(boot: readonly BootLine[]): boolean {
  return boot.some(({ service, text }) => service === 'init' && text === ON_TRIAL);
}

function printLine({ time, service, text }: BootLine): string {
  return `${time} ${service} ${text}`.slice(0, MOST_CHARACTERS);
}
