/** A fault of the host of an embedded capsule, which its launcher has found: shown by `capsule info`. */
export interface HostProblem {
  readonly code: string;
  /** The fault, and the reason for it. */
  readonly message: string;
  /** The remedy. */
  readonly hint: string;
}

/** Name of the file in the capsule's run folder that the launcher keeps up to date. */
export const HOST_REPORT = 'host.json';

export function printHostReport(problems: readonly HostProblem[]): string {
  return `${JSON.stringify({ problems }, null, 2)}\n`;
}

/** Reads such a report. A text that is none has no problems: a launcher of another version wrote it. */
export function readHostReport(text: string): readonly HostProblem[] {
  const found = (parse(text) as { problems?: unknown } | undefined)?.problems;
  return Array.isArray(found) ? found.filter(isHostProblem) : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isHostProblem(value: unknown): value is HostProblem {
  const { code, message, hint } = (value ?? {}) as Partial<Record<keyof HostProblem, unknown>>;
  return [code, message, hint].every((text) => typeof text === 'string');
}
