import { diskError } from './errors.ts';

/** Returns the version of the system, which its kernel image has on the command line. Pure. */
export function versionIn(commandLine: string): string {
  const [, version] = /(?:^|\s)capsule\.version=(\S+)/.exec(commandLine) ?? [];
  if (version === undefined) throw diskError.NO_VERSION({});
  return version;
}
