import { normaliseImageReference } from '../../resource/image/normalise-image-reference.ts';

/** Fields whose items, or whose lists of items, have no order. Those of flat manifests and of `v1beta1`. */
const UNORDERED: ReadonlySet<string> = new Set([
  'aliases',
  'capabilities',
  'dependsOn',
  'devices',
  'groupAdd',
  'hostBindPaths',
  'mounts',
  'networksAliases',
  'ports',
  'securityOpts',
  'tmpfs',
  'ulimits',
  'volumes',
]);

/**
 * Whether two values of a field differ in their spelling alone: in the order of what has none, or in the parts of an
 * image reference that may be left out. Such an edit replaces no container. Pure.
 */
export function hasSameMeaning(field: string, before: unknown, after: unknown): boolean {
  if (field === 'image') return typeof before === 'string' && isSameImage(before, after);
  return UNORDERED.has(field) && canonical(before) === canonical(after);
}

function isSameImage(before: string, after: unknown): boolean {
  if (typeof after !== 'string' || before === '' || after === '') return before === after;
  return normaliseImageReference(before) === normaliseImageReference(after);
}

/** The lists on the outside are sorted; those within an item keep their order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return value.map(keysInOrder).toSorted().join('\n');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const lists = Object.entries(value).filter(([, list]) => !isEmpty(list));
  return lists
    .map(([key, list]) => `${key}\n${canonical(list)}`)
    .toSorted()
    .join('\n\n');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Maps are equal whatever the order of their keys. */
function keysInOrder(item: unknown): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(item, sorted);
}
