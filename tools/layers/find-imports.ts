export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** `type` is erased before the program runs; `late` is loaded by a call, when all else is there. */
  readonly when: 'start' | 'late' | 'type';
}

const NAMES = String.raw`(?:\*(?: as [\w$]+)?|(?:[\w$]+, )?(?:\{[^}]*\}|\* as [\w$]+)|[\w$]+)`;
/** A statement starts its line (the formatter sees to that); a call may stand anywhere. */
const STATEMENT = new RegExp(
  String.raw`^(?:import|export) (type )?(?:${NAMES} from )?['"]([^'"\n]+)['"]`,
  'gm',
);
const CALL = /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** Every module that a TypeScript source names, in the order of the text. */
export function findImports(source: string): Import[] {
  const lineOf = (index: number) => source.slice(0, index).split('\n').length;
  const statements = [...source.matchAll(STATEMENT)].map(({ index, 1: type, 2: specifier }) => ({
    specifier: specifier ?? '',
    line: lineOf(index),
    when: type === undefined ? ('start' as const) : ('type' as const),
  }));
  const calls = [...source.matchAll(CALL)].map(({ index, 1: specifier }) => ({
    specifier: specifier ?? '',
    line: lineOf(index),
    when: 'late' as const,
  }));
  return [...statements, ...calls].sort((a, b) => a.line - b.line);
}
