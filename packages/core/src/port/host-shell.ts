import type { ExecRequest, ExecSession } from './exec-session.ts';

/** Runs commands on the capsule itself, beside its own processes. */
export interface HostShell {
  /**
   * Starts a command as root, with the processes, network and files of the capsule, and with mounts of its own. When it
   * ends, or its session is disposed, or capsuled ends, everything that it has started ends. Its exit code is 127
   * if the program does not exist, 126 if it is not executable, and 125 if the session cannot be made; the
   * reason is in its output.
   */
  open(request: Omit<ExecRequest, 'user'>): Promise<ExecSession>;
}
