/** Of commands that print what happened, and what happens from now on. */
export const FOLLOW = {
  flags: '-f, --follow',
  summary: 'follow: keep running, and print new lines as they come',
} as const;
export const TAIL = { flags: '-n, --tail <lines>', summary: 'print only the last lines' } as const;
