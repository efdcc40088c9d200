/** A program to run, wherever the compiler is. Its output is in native/target either way. */
export interface CargoCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
