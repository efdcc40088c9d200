/** A version of the system: semver.org, without build metadata. */
export interface Version {
  readonly numbers: readonly [number, number, number];
  /** The identifiers after the hyphen; none for a release. */
  readonly early: readonly string[];
}

const FORM = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** Undefined: the text is no version. Pure. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, early] = FORM.exec(text) ?? [];
  if (major === undefined) return undefined;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    early: early?.split('.') ?? [],
  };
}

/** Negative: `a` is older than `b`; 0: neither is. A text that is no version is older than any. Pure. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined);
  }
  const numbers = left.numbers.map((number, index) => number - (right.numbers[index] ?? 0));
  return numbers.find((difference) => difference !== 0) ?? compareEarly(left.early, right.early);
}

/** semver.org, 11: a release is newer than what came early; numbers compare as numbers, and are older than words. */
function compareEarly(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  const differences = a.map((word, index) => compareWords(word, b[index]));
  return differences.find((difference) => difference !== 0) ?? a.length - b.length;
}

function compareWords(a: string, b: string | undefined): number {
  if (b === undefined) return 1;
  const [isNumber, isOtherNumber] = [isDigits(a), isDigits(b)];
  if (isNumber && isOtherNumber) return Number(a) - Number(b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

function isDigits(word: string): boolean {
  return /^\d+$/.test(word);
}
