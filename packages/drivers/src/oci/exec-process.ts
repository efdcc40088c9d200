import type { ExecRequest } from '@capsule/core';
import type { OciProcess } from './types.ts';
import type { ResolvedUser } from './user/resolved-user.ts';

export type ExecProcess = Omit<OciProcess, 'terminal'> & {
  readonly terminal: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
};

/** Describes the process of an exec: the container's own, changed by the request. Pure. */
export function describeExecProcess(
  base: OciProcess,
  request: ExecRequest,
  user: ResolvedUser | undefined,
): ExecProcess {
  const { terminal, workingDir, command } = request;
  const env = new Map(base.env.map(splitLine));
  if (user !== undefined) env.set('HOME', user.home);
  if (terminal !== undefined && !env.has('TERM')) env.set('TERM', 'xterm');
  for (const [name, value] of Object.entries(request.env)) env.set(name, value);
  return {
    ...base,
    terminal: terminal !== undefined,
    ...(terminal && { consoleSize: { height: terminal.rows, width: terminal.cols } }),
    ...(user && {
      user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    }),
    args: [...command],
    env: [...env].map(([name, value]) => `${name}=${value}`),
    cwd: workingDir === '' ? base.cwd : workingDir,
  };
}

function splitLine(line: string): [string, string] {
  const at = line.indexOf('=');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
