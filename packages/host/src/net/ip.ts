import { type RunOptions, run } from '../process/run.ts';
import { classifyIpFailure, ipError } from './ip-errors.ts';

export interface IpOptions {
  /** Name of a pinned namespace (`/run/netns/<name>`) to act in. Default: our own. */
  readonly namespace?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs many `ip` commands in one process; stops at the first that fails. Each line is one command
 * without the word `ip`. Fails with `IP_*`.
 */
export async function ipBatch(lines: readonly string[], options: IpOptions = {}): Promise<void> {
  await ip(['-batch', '-'], options, lines);
}

/**
 * Like `ipBatch`, but continues after a command that fails.
 * Returns whether all of them succeeded.
 */
export async function ipBatchAll(
  lines: readonly string[],
  options: IpOptions = {},
): Promise<boolean> {
  const { exitCode } = await ip(['-force', '-batch', '-'], options, lines, [0, 1, 2]);
  return exitCode === 0;
}

/** Returns the JSON output of an `ip … show` command: always a list. Fails with `IP_*`. */
export async function ipShow<T>(
  args: readonly string[],
  options: IpOptions = {},
): Promise<readonly T[]> {
  const { stdout } = await ip(['-json', '-details', ...args], options);
  return parseList(stdout, args);
}

/** Several `show` commands in one process: one list each. Fails with `IP_*`. */
export async function ipShowAll(
  commands: readonly string[],
  options: IpOptions = {},
): Promise<readonly (readonly unknown[])[]> {
  const { stdout } = await ip(['-json', '-details', '-batch', '-'], options, commands);
  const lists = stdout.split('\n').filter((line) => line.trim() !== '');
  return commands.map((command, at) => parseList(lists[at] ?? '', [command]));
}

async function ip(
  args: readonly string[],
  options: IpOptions,
  input?: readonly string[],
  allow: readonly number[] = [0],
) {
  const where = options.namespace === undefined ? [] : ['-netns', options.namespace];
  const settings: RunOptions = {
    allow,
    ...(input === undefined ? {} : { input: input.map((line) => `${line}\n`).join('') }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return run('ip', [...where, ...args], settings).catch((failure) => {
    throw classifyIpFailure(failure);
  });
}

/** Empty output is no JSON: older versions of `ip` print nothing when they find nothing. */
function parseList<T>(text: string, args: readonly string[]): readonly T[] {
  if (text.trim() === '') return [];
  try {
    return (JSON.parse(text) as readonly T[]).filter((item) => Object.keys(item as object).length);
  } catch (cause) {
    throw ipError.UNREADABLE({ args: args.join(' ') }, cause);
  }
}
