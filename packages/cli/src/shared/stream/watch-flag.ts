/** The same for everything that can be watched. */
export const WATCH_FLAG = {
  flags: '-w, --watch',
  summary: 'stay, and show it again when it has changed',
} as const;
