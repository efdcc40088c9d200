/**
 * The command of a program in the bundle of all. It takes 150 ms, of which a heap would save 60; but a heap that was made by
 * another processor ends Node with an error. V8's cache of compiled code saves less than 10.
 */
export function cliLauncher(program: string): string {
  return `#!/bin/sh
exec /usr/bin/node --single-threaded /usr/lib/capsule/cli.cjs ${program} "$@"
`;
}
