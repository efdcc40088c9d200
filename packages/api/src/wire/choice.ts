/** A closed set of words for the numbers of a wire enum. */
export interface Choice<Word extends string, Wire extends number> {
  toProto(word: Word): Wire;
  /** `undefined` for a number that is not in the table, `UNSPECIFIED` included. */
  fromProto(wire: Wire): Word | undefined;
}

export function defineChoice<Word extends string, Wire extends number>(
  table: Readonly<Record<Word, Wire>>,
): Choice<Word, Wire> {
  const words = new Map(
    (Object.entries(table) as [Word, Wire][]).map(([word, wire]) => [wire, word]),
  );
  return {
    toProto: (word) => table[word],
    fromProto: (wire) => words.get(wire),
  };
}
