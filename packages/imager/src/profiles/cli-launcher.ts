/**
 * The command of a program in the bundle of all. The flag is the one with which the build had V8 compile: V8 takes its code
 * with the same flags only.
 */
export function cliLauncher(program: string): string {
  return `#!/bin/sh
exec /usr/bin/node --single-threaded /usr/lib/capsule/cli.cjs ${program} "$@"
`;
}
