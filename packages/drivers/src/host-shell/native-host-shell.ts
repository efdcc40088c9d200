import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ExecRequest, ExecSession, HostShell } from '@capsule/core';
import { RunningShell } from './running-shell.ts';

/** The environment of root's shell; the variables of capsuled are its own affair. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  SHELL: '/bin/sh',
};

/** Runs commands by the program `capsule-shell`, which gives them a terminal and ends them. */
export class NativeHostShell implements HostShell {
  readonly #program: string;

  constructor(program: string) {
    this.#program = program;
  }

  async open(request: Omit<ExecRequest, 'user'>): Promise<ExecSession> {
    const { command, env, workingDir, terminal, hasInput } = request;
    const size = terminal ? ['--terminal', `${terminal.cols}x${terminal.rows}`] : [];
    const child = spawn(this.#program, [...size, '--', ...command], {
      cwd: workingDir === '' ? '/' : workingDir,
      // PID 1 does not wait for a session when it restarts capsuled.
      detached: true,
      env: { ...ENVIRONMENT, ...env },
      stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const exit = once(child, 'exit') as Promise<[number | null]>;
    // A program that cannot start fails below; a failure of its end, in what awaits it.
    exit.catch(() => undefined);
    await once(child, 'spawn');
    return new RunningShell(child, exit);
  }
}
