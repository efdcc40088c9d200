import { DEFAULT_STACK, LEVELS, type Level, type Place, placeOf } from '@capsule/core';
import type { Input } from '../../program/input.ts';
import type { Flag } from '../../program/manual.ts';

/** The parts for which a command line names no other. A container has no usual cell. */
const USUAL: Partial<Record<Level, string>> = DEFAULT_STACK;

/** Flags that name the place of one thing of a level. */
export function placeFlags(level: Level): readonly Flag[] {
  return outerLevels(level)
    .toReversed()
    .map((outer) => {
      const usual = USUAL[outer];
      const note = usual === undefined ? '' : ` (default: ${usual})`;
      return { flags: `--${outer} <${outer}>`, summary: `its ${outer}${note}`, completes: outer };
    });
}

/** Flags that limit a list to a part of the hierarchy. */
export function filterFlags(level: Level): readonly Flag[] {
  return outerLevels(level)
    .toReversed()
    .map((outer) => ({
      flags: `--${outer} <${outer}>`,
      summary: `only in this ${outer}`,
      completes: outer,
    }));
}

/**
 * The place that a name and the flags mean. The name may be the whole place: `main/default/default/web`. Fails with
 * `CLI_USAGE`.
 */
export function placeAt(input: Input, level: Level, name: string): Place {
  const parts = name.split('/');
  const outer = outerLevels(level);
  if (parts.length === outer.length + 1) return placeOf(parts);
  if (parts.length === 2 && level === 'container') {
    const [cell = '', container = ''] = parts;
    return { ...stackOf(input), cell, container };
  }
  if (parts.length > 1) {
    const whole = [...outer, level].join('/').toUpperCase();
    throw input.refuse(`${JSON.stringify(name)} is not the name of a ${level}`, `write ${whole}`);
  }
  return placeOf([...outer.map((part) => partOf(input, part)), name]);
}

/** The part of the hierarchy that a list is limited to; empty: all of it. */
export function filterOf(input: Input, level: Level): Partial<Place> {
  const named = outerLevels(level).flatMap((outer) => {
    const name = input.text(outer);
    return name === undefined ? [] : [[outer, name] as const];
  });
  return Object.fromEntries(named);
}

function outerLevels(level: Level): readonly Level[] {
  return LEVELS.slice(0, LEVELS.indexOf(level));
}

function stackOf(input: Input): Pick<Place, 'realm' | 'space' | 'stack'> {
  return {
    realm: partOf(input, 'realm'),
    space: partOf(input, 'space'),
    stack: partOf(input, 'stack'),
  };
}

function partOf(input: Input, part: Level): string {
  const name = input.text(part) ?? USUAL[part];
  if (name !== undefined) return name;
  throw input.refuse(
    `--${part} ${part.toUpperCase()} is missing`,
    `name the ${part} with --${part}`,
  );
}
