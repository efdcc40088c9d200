const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long ago, in one or two short words: `5s`, `3m`, `2h10m`, `4d3h`, `90d`. */
export function formatAge(sinceMs: number, now: number): string {
  const ms = Math.max(now - sinceMs, 0);
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)}s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}m`;
  if (ms < DAY_MS) return pair(ms, HOUR_MS, 'h', MINUTE_MS, 'm');
  if (ms < 10 * DAY_MS) return pair(ms, DAY_MS, 'd', HOUR_MS, 'h');
  return `${Math.floor(ms / DAY_MS)}d`;
}

function pair(ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`;
}
