/** The result of one test in a virtual machine. */
export interface InnerResult {
  /** Four blanks deep for each suite that it is in. */
  readonly title: string;
  readonly isOk: boolean;
  /** Why it was not run. */
  readonly skip: string | undefined;
  /** Its remarks, in addition to the result. */
  readonly remarks: readonly string[];
  /** The first lines after its result: of a failed test, why. */
  readonly details: readonly string[];
}

/** Of TAP: the tests of the file's suites. */
const RESULT = /^( *)(not ok|ok) \d+ - (.*?)(?: # SKIP ?(.*)| # .*)?$/;
/** At the margin there are only sums. */
const REMARK = /^ +# (?!Subtest: )(.*)$/;
const SUITE = "type: 'suite'";
const SUITE_LINES = 5;
const DETAIL_LINES = 30;

/** The results of tests in what node:test said as TAP; suites are left out, because their tests have the results. Pure. */
export function readResults(said: readonly string[]): readonly InnerResult[] {
  const starts = said.flatMap((line, at) => (RESULT.test(line) ? [at] : []));
  return starts.flatMap((at, index) => {
    const [, depth = '', verdict, name = '', skip] = RESULT.exec(said[at] ?? '') ?? [];
    const end = Math.min(starts[index + 1] ?? said.length, at + 1 + DETAIL_LINES);
    const details = said.slice(at + 1, end);
    if (details.slice(0, SUITE_LINES).some((line) => line.includes(SUITE))) return [];
    const remarks = details.flatMap((line) => REMARK.exec(line)?.[1] ?? []);
    return [{ title: `${depth}${name}`, isOk: verdict === 'ok', skip, remarks, details }];
  });
}
