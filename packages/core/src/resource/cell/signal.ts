/** Linux's signals (signal(7)) as x86, ARM and RISC-V number them. */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};
const LAST_SIGNAL = 64;

/** All names that `signalNumber` knows, except the real-time ones. */
export const SIGNAL_NAMES: readonly string[] = Object.keys(SIGNALS);

/**
 * The number of a signal as images and manifests write it: `SIGQUIT`, `QUIT`, `3`, `SIGRTMIN+3`.
 * Undefined for anything else.
 */
export function signalNumber(text: string): number | undefined {
  const name = text.trim().toUpperCase();
  if (/^\d{1,2}$/.test(name)) {
    const number = Number(name);
    return number >= 1 && number <= LAST_SIGNAL ? number : undefined;
  }
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  return realTime(full) ?? (Object.hasOwn(SIGNALS, full) ? SIGNALS[full] : undefined);
}

/** `SIGKILL` for 9; the number as text for one without a name. */
export function signalName(number: number): string {
  return SIGNAL_NAMES.find((name) => SIGNALS[name] === number) ?? String(number);
}

/** The C libraries keep the first two of the kernel's for themselves, hence 34. */
function realTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const signal = (match[1] === 'MIN' ? 34 : LAST_SIGNAL) + offset;
  return signal >= 34 && signal <= LAST_SIGNAL ? signal : undefined;
}
