/**
 * The command of a program in the bundle of all. The flags are those with which the build had V8 compile: V8 takes its
 * code with the same flags only. `bin/capsulectl` says what they are for.
 */
export function cliLauncher(program: string): string {
  return `#!/bin/sh
exec /usr/bin/node --single-threaded-gc --no-concurrent-recompilation --no-concurrent-sparkplug \\
  /usr/lib/capsule/cli.cjs ${program} "$@"
`;
}
