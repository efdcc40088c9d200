export { processError } from './process/errors.ts';
export { type RunOptions, type RunResult, run } from './process/run.ts';
