/** A line to the host of the machine. */
export function report(word: string, text: string): void {
  process.stdout.write(`@${word} ${text.replaceAll('\n', ' | ')}\n`);
}

/** The text that was reported under this word; undefined for any other line. */
export function reportOf(word: string, line: string): string | undefined {
  const mark = `@${word} `;
  return line.startsWith(mark) ? line.slice(mark.length) : undefined;
}

/**
 * Runs a program of a machine to its end, and reports `failed` with the stack when it fails. A function, not a
 * top-level await: the bundle is CommonJS.
 */
export function runGuestProgram(main: () => Promise<void>): void {
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      report('failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exit(1);
    },
  );
}
