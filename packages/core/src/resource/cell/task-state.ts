export type TaskState = 'none' | 'created' | 'running' | 'paused' | 'stopped' | 'unknown';

/** `unsure`: there may be a process, and it was not observed to run. */
const LIVES: Readonly<Record<TaskState, 'alive' | 'gone' | 'unsure'>> = {
  none: 'gone',
  created: 'unsure',
  running: 'alive',
  paused: 'alive',
  stopped: 'gone',
  unknown: 'unsure',
};

/** The program runs, or stands still with everything that it has: only a stop ends it. Pure. */
export function isAlive(task: TaskState): boolean {
  return LIVES[task] === 'alive';
}

/** For those who take things away from what is gone, or leave no process behind. Pure. */
export function mayBeAlive(task: TaskState): boolean {
  return LIVES[task] !== 'gone';
}
