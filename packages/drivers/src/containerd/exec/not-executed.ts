/** The exit codes that shells use. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** runc's report is no longer than this, the program's name aside. */
export const REPORT_BYTES = 8192;

/**
 * Returns 126 or 127 for an exec whose program the kernel refused to execute, and any other code unchanged.
 * runc puts a process into the container before it executes the program; when that fails, the process prints
 * only the kernel's error (`exec /run.sh: exec format error`) and ends with 1 or 255 (libcontainer's
 * setns_init_linux.go). Pure.
 */
export function exitCodeOf(code: number, printed: string): number {
  if (code !== 1 && code !== 255) return code;
  const report = /^exec [^\n]*: ([a-z ]+)\r?\n?$/.exec(printed);
  switch (report?.[1]) {
    case 'exec format error':
    case 'permission denied':
      return NOT_EXECUTABLE;
    // The file exists; its interpreter is missing.
    case 'no such file or directory':
      return NOT_FOUND;
    default:
      return code;
  }
}
