/** Of commands that print what happened, and what happens from now on. */
export const FOLLOW = {
  flags: '-f, --follow',
  summary: 'stay, and print what comes from now on',
} as const;
export const TAIL = { flags: '-n, --tail <lines>', summary: 'only the last lines' } as const;
