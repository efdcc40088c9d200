/** The output of a command on one capsule. */
export interface CapsuleAnswer {
  readonly capsule: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}
