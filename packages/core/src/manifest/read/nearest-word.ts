/**
 * The candidate that a misspelt word most likely meant, or undefined when none is near. Letters that
 * changed places count as one mistake, capitals and underscores as none. If none is near, it is the only candidate that
 * begins nearly as the word does: people shorten long names.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = plain(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  if (best === undefined) return undefined;
  const tolerated = Math.max(1, Math.floor(Math.max(wanted.length, best.candidate.length) / 3));
  if (best.distance <= tolerated) return best.candidate;
  const alike = candidates.filter((candidate) => beginsAlike(wanted, plain(candidate)));
  return alike.length === 1 ? alike[0] : undefined;
}

/** Whether at least 8 letters, and three quarters of the word, are the same from the beginning. */
function beginsAlike(wanted: string, candidate: string): boolean {
  const needed = Math.max(8, Math.ceil((wanted.length * 3) / 4));
  return wanted.length >= needed && candidate.startsWith(wanted.slice(0, needed));
}

const LONGEST_WORD = 64;

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, '');
}

/** Optimal string alignment: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(
        at(previous, j) + 1,
        at(row, j - 1) + 1,
        at(previous, j - 1) + (isSame ? 0 : 1),
      );
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, at(beforePrevious, j - 2) + 1);
      row.push(cost);
    }
    beforePrevious = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
