export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFacts = Readonly<Record<string, unknown>>;

/** Messages are fixed, lower-case texts; variable parts go into facts. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * Writes logfmt lines (`info workload started name=web ms=12`) for people to read. The collector of the lines
 * adds the time and the service in front.
 */
export function createLog(write: (line: string) => void, least: LogLevel = 'info'): Log {
  const at =
    (level: LogLevel) =>
    (message: string, facts: LogFacts = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      write(`${level} ${message}${describeFacts(facts)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function describeFacts(facts: LogFacts): string {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${describeValue(value)}`)
    .join('');
}

function describeValue(value: unknown): string {
  const text = value instanceof Error ? describeError(value) : plain(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function describeError(error: Error): string {
  const code = 'code' in error ? `${String(error.code)}: ` : '';
  const cause = error.cause instanceof Error ? ` <- ${describeError(error.cause)}` : '';
  return `${code}${error.message}${cause}`;
}
