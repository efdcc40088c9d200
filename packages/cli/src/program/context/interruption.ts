/** Why a command ends early without a failure of its own. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** As a shell counts a process that a signal ended: 128 and the signal's number. */
  readonly exitCode: number;
  readonly isCtrlC: boolean;

  constructor(signal: keyof typeof EXIT_CODES) {
    super(signal);
    this.isCtrlC = signal === 'SIGINT';
    this.exitCode = EXIT_CODES[signal];
  }
}

const EXIT_CODES = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  SIGQUIT: 131,
  SIGPIPE: 141,
} as const;
