import type { FieldChange } from './field-change.ts';

type Leaf = Pick<FieldChange, 'path' | 'before' | 'after'>;

/** Each value that differs. Maps and lists of maps are looked into; lists of words change as a whole. Pure. */
export function differences(path: string, before: unknown, after: unknown): Leaf[] {
  if (isEqual(before, after)) return [];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(`${path}.${key}`, before[key], after[key]));
  }
  if (isListOfMaps(before) && isListOfMaps(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }).flatMap((_, index) =>
      differences(`${path}[${index}]`, before[index], after[index]),
    );
  }
  return [
    {
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

function isEqual(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, i) => isEqual(item, after[i]));
  }
  if (!isMap(before) || !isMap(after)) return false;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].every((key) => isEqual(before[key], after[key]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfMaps(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every(isMap);
}
