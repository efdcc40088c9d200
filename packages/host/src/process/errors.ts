import { defineErrors } from '@capsule/core';

interface Ran {
  readonly command: string;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const processError = defineErrors('PROCESS', {
  NOT_STARTED: {
    kind: 'unavailable',
    message: (f: { command: string }) => `${f.command} could not be started`,
    hint: 'check that the program is installed and that capsuled has free file descriptors',
  },
  FAILED: {
    kind: 'internal',
    message: (f: Ran & { killedBy: string | null }) =>
      `${f.command} ${f.args.join(' ')} ended with ${f.killedBy ?? f.exitCode}: ${lastLine(f.stderr || f.stdout)}`,
  },
  LEFT: {
    kind: 'internal',
    message: (f: Ran & { pid: number }) =>
      `${f.command} ${f.args.join(' ')} was killed, and its process ${f.pid} does not end`,
    why: 'the kernel holds it, perhaps because a disk does not answer',
    hint: 'look at the disks of the capsule; the process ends when the kernel releases it',
  },
  TIMEOUT: {
    kind: 'timeout',
    message: (f: Ran) => `${f.command} ${f.args.join(' ')} took too long and was killed`,
  },
});

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
