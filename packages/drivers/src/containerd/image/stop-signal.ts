import { constants } from 'node:os';

const DEFAULT = 'SIGTERM';

/** The number of a signal as images write it: `SIGQUIT`, `QUIT`, `3`, `SIGRTMIN+3`. */
export function parseStopSignal(text: string): number {
  const name = text.trim().toUpperCase();
  if (/^\d{1,2}$/.test(name) && Number(name) >= 1 && Number(name) <= 64) return Number(name);
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  return realTime(full) ?? named(full) ?? constants.signals[DEFAULT];
}

function named(name: string): number | undefined {
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1];
}

/** The C libraries keep the first two of the kernel's for themselves, hence 34. */
function realTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const signal = (match[1] === 'MIN' ? 34 : 64) + offset;
  return signal >= 34 && signal <= 64 ? signal : undefined;
}
