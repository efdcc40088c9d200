import { RULES, type Rule } from './rules.ts';

export interface Found {
  /** What breaks a rule. */
  readonly problems: readonly string[];
  /** What is worth a second look. */
  readonly warnings: readonly string[];
}

const LONG_FILE_LINES = 350;
/** As a word of its own in a path: `session-manager.ts`, `utils/`. */
const EMPTY_NAMES = /(?:^|[/.-])(?:utils?|helpers?|common|misc|managers?)(?=[/.-])/;

/** What a machine can say about the style of one source file. */
export function styleProblems(path: string, source: string): Found {
  const lines = source.split('\n');
  const rules = RULES.filter((rule) => holdsFor(rule, path));
  const problems = lines.flatMap((line, index) =>
    rules
      .filter((rule) => breaks(line, rule))
      .map(({ name, instead }) => `${path}:${index + 1}: ${name}: ${instead}`),
  );
  if (EMPTY_NAMES.test(path)) problems.push(`${path}: a name that says nothing`);
  const isLong = lines.length > LONG_FILE_LINES && !path.endsWith('.test.ts');
  return { problems, warnings: isLong ? [`${path}: ${lines.length} lines`] : [] };
}

function holdsFor({ anyLanguage, where }: Rule, path: string): boolean {
  return (anyLanguage === true || path.endsWith('.ts')) && (where?.(path) ?? true);
}

function breaks(line: string, { pattern, comments }: Rule): boolean {
  if (!pattern.test(line)) return false;
  return comments === true || !/^\s*(?:\/\/|\/?\*)/.test(line);
}
