/**
 * Commands of the fake runtime: these words are programs with a behaviour; any other command
 * runs until it is asked to stop, and then ends with 0.
 */
export const FAKE_PROGRAMS = {
  /** Ends at once with the exit code that follows it. */
  exit: '/fake/exit',
  /** Runs and has to be killed. */
  stubborn: '/fake/stubborn',
  /** Is not in the image. */
  missing: '/fake/missing',
} as const;

export const KILLED = 137;

export interface FakeProgram {
  readonly isMissing: boolean;
  readonly endsWith: number | undefined;
  readonly isStubborn: boolean;
}

export function fakeProgram(command: readonly string[]): FakeProgram {
  const [name, argument] = command;
  return {
    isMissing: name === FAKE_PROGRAMS.missing,
    isStubborn: name === FAKE_PROGRAMS.stubborn,
    endsWith: name === FAKE_PROGRAMS.exit ? Number(argument ?? 0) : undefined,
  };
}
