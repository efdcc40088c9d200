interface Measured {
  readonly width: number;
  readonly shrinksTo?: number;
  readonly isSpare?: boolean;
}

export interface Fitted {
  /** Of all columns, which are shown. */
  readonly kept: readonly boolean[];
  /** Of those that are shown. */
  readonly widths: readonly number[];
}

/**
 * Shares the room of a line among columns. The last one gives first, then those between from the widest on, and
 * the first one, by which people call things, when nothing else is left. A spare column goes before any is cut
 * below its least. Pure.
 */
export function fitWidths(columns: readonly Measured[], room: number, gap: number): Fitted {
  const least = ({ width, shrinksTo = width }: Measured) => Math.min(width, shrinksTo);
  const needed = (all: readonly Measured[]) =>
    all.reduce((sum, column) => sum + least(column) + gap, -gap);
  const dropped = new Set<Measured>();
  for (const spare of columns.filter(({ isSpare }) => isSpare === true).reverse()) {
    if (needed(columns.filter((column) => !dropped.has(column))) > room) dropped.add(spare);
  }
  const shown = columns.filter((column) => !dropped.has(column));
  const widths = shown.map(({ width }) => width);
  const used = widths.reduce((sum, width) => sum + width + gap, -gap);
  const leasts = shown.map(least);
  const last = shown.length - 1;
  let excess = used - room;
  for (const group of [[last], range(1, last), [0]]) {
    while (excess > 0) {
      const at = widestOf(group, widths, leasts);
      if (at === undefined) break;
      widths[at] = (widths[at] ?? 0) - 1;
      excess -= 1;
    }
  }
  return { kept: columns.map((column) => !dropped.has(column)), widths };
}

/** The widest that can still give. */
function widestOf(
  group: readonly number[],
  widths: readonly number[],
  leasts: readonly number[],
): number | undefined {
  return group
    .filter((at) => (widths[at] ?? 0) > (leasts[at] ?? 0))
    .toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index);
}
