/** One stored line: `<time> <source> F|P <text>`. */
export interface LogLine {
  /** RFC 3339, UTC. */
  readonly time: string;
  /** `stdout` or `stderr` of a workload; the service's name in the system log. */
  readonly source: string;
  readonly partial: boolean;
  readonly text: Uint8Array;
}

/** The longest head of a line: a time, a service name, a tag and three spaces. */
export const HEAD_LIMIT_BYTES = 128;

const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) ([^ ]{1,64}) ([FP])(?: |$)/;

/** Returns undefined for a line of another form: a torn write, or a foreign file. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const head = HEAD.exec(line.toString('latin1', 0, HEAD_LIMIT_BYTES));
  const [whole, time, source, tag] = head ?? [];
  if (whole === undefined || time === undefined || source === undefined) return undefined;
  return { time, source, partial: tag === 'P', text: line.subarray(whole.length) };
}

/**
 * Returns a number below, at or above zero when `a` is before, at or after `b`. Both as in `LogLine.time`.
 */
export function compareLogTimes(a: string, b: string): number {
  const [left, right] = [padded(a), padded(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Nanoseconds may have fewer digits. */
function padded(time: string): string {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}
