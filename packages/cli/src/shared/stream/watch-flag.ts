/** The same for everything that can be watched. */
export const WATCH_FLAG = {
  flags: '-w, --watch',
  summary: 'watch: keep running, and print the output again after each change',
} as const;
