/** As shells have it. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** No report of runc's is longer, but for the program's name. */
export const REPORT_BYTES = 8192;

/**
 * runc has let a process into a container before it executes the program; what the kernel says to that then is all that
 * the process prints (`exec /run.sh: exec format error`), and it ends with 1 or 255 (libcontainer's setns_init_linux.go). Returns
 * the exit code that such an end stands for, and any other code as it is. Pure.
 */
export function exitCodeOf(code: number, printed: string): number {
  if (code !== 1 && code !== 255) return code;
  const report = /^exec [^\n]*: ([a-z ]+)\r?\n?$/.exec(printed);
  switch (report?.[1]) {
    case 'exec format error':
    case 'permission denied':
      return NOT_EXECUTABLE;
    // Of a file that is there: its interpreter.
    case 'no such file or directory':
      return NOT_FOUND;
    default:
      return code;
  }
}
