import { OPERATORS, type Operator, type Path, type Scalar, type Step } from './template.ts';
import type { TextScanner } from './text-scanner.ts';

/** A key without quotes; `\.` is a dot in a key. */
const KEY = /(?:\\.|[^\\.,[\]{}()'"\s=!<>?*@$])+/;
const QUOTED = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/;
const SLICE = /-?\d*:-?\d*(?::\d+)?/;
const COMPARE = new RegExp(OPERATORS.join('|'));

/** Fails with `CLI_PATH_INVALID`. */
export function parsePath(scanner: TextScanner): Path {
  const start = scanner.at;
  const isFromRoot = scanner.take(/[$@]/) === '$';
  const steps: Step[] = [];
  for (;;) {
    if (scanner.take(/\.\./) !== undefined) steps.push({ kind: 'deep' }, ...afterDots(scanner));
    else if (scanner.take(/\.(?=\[)/) !== undefined) steps.push(inBrackets(scanner));
    else if (scanner.take(/\./) !== undefined) steps.push(...afterDot(scanner));
    else if (scanner.take(/(?=\[)/) !== undefined) steps.push(inBrackets(scanner));
    else break;
  }
  return { text: scanner.since(start), isFromRoot, steps };
}

function afterDots(scanner: TextScanner): readonly Step[] {
  return scanner.take(/(?=\[)/) !== undefined ? [inBrackets(scanner)] : [keyOrStar(scanner)];
}

/** `.` alone is the whole. */
function afterDot(scanner: TextScanner): readonly Step[] {
  return scanner.take(/(?=[\s})=!<>]|$)/) !== undefined ? [] : [keyOrStar(scanner)];
}

function keyOrStar(scanner: TextScanner): Step {
  if (scanner.take(/\*/) !== undefined) return { kind: 'every' };
  const key = scanner.require(KEY, 'the name of a key');
  return { kind: 'keys', keys: [key.replaceAll(/\\(.)/g, '$1')] };
}

function inBrackets(scanner: TextScanner): Step {
  scanner.require(/\[\s*/, '[');
  const step = bracketStep(scanner);
  scanner.require(/\s*\]/, ']');
  return step;
}

function bracketStep(scanner: TextScanner): Step {
  if (scanner.take(/\*/) !== undefined) return { kind: 'every' };
  if (scanner.take(/\?\(\s*/) !== undefined) return filterStep(scanner);
  const slice = scanner.take(SLICE);
  if (slice !== undefined) return sliceStep(slice);
  const index = scanner.take(/-?\d+/);
  if (index !== undefined) return { kind: 'index', at: Number(index) };
  const keys: string[] = [];
  do {
    keys.push(unquote(scanner.require(QUOTED, "a number, *, ?(…) or a 'key' in quotes")));
  } while (scanner.take(/\s*,\s*/) !== undefined);
  return { kind: 'keys', keys };
}

function sliceStep(text: string): Step {
  const [from = '', to = '', by = ''] = text.split(':');
  return {
    kind: 'slice',
    ...(from !== '' && { from: Number(from) }),
    ...(to !== '' && { to: Number(to) }),
    by: Math.max(Number(by || 1), 1),
  };
}

function filterStep(scanner: TextScanner): Step {
  const left = parsePath(scanner);
  scanner.take(/\s+/);
  const operator = scanner.take(COMPARE) as Operator | undefined;
  scanner.take(/\s+/);
  const right = operator === undefined ? undefined : rightSide(scanner);
  scanner.require(/\s*\)/, ')');
  if (operator === undefined || right === undefined) return { kind: 'filter', left };
  return { kind: 'filter', left, compare: { operator, right } };
}

function rightSide(scanner: TextScanner): Path | Scalar {
  const text = scanner.take(QUOTED);
  if (text !== undefined) return unquote(text);
  const plain = scanner.take(/-?\d+(?:\.\d+)?|true\b|false\b|null\b/);
  if (plain !== undefined) return JSON.parse(plain) as Scalar;
  if (scanner.take(/(?=[$@])/) !== undefined) return parsePath(scanner);
  return scanner.refuse('a value is missing: a number, true, false, null or a string in quotes');
}

/** The text in quotes, with `\n`, `\t` and escaped quotes as they are meant. */
export function unquote(text: string): string {
  const meant: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_all, letter) => meant[letter] ?? letter);
}
