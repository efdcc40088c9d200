import type { DocumentReader, Place } from './document-reader.ts';
import { nearestWord } from './nearest-word.ts';

/** Words that may be written, and what each means. The first one is how it is written best. */
export type ChoiceWords<T extends string> = Readonly<Record<string, T>>;

/** One word of a closed set; `absent` where nothing is written, or nothing that can be read. */
export function readChoice<T extends string>(
  reader: DocumentReader,
  place: Place | undefined,
  { words, what, absent }: { words: ChoiceWords<T>; what: string; absent: T },
): T {
  const word = place && reader.string(place);
  if (place === undefined || word === undefined) return absent;
  const choice = Object.hasOwn(words, word) ? words[word] : undefined;
  if (choice !== undefined) return choice;
  const near = nearestWord(word, Object.keys(words));
  const best = Object.entries(words).flatMap(([name, value], index, all) =>
    all.findIndex(([, other]) => other === value) === index ? [name] : [],
  );
  const hint = near ? `did you mean ${near}?` : best.join(', ');
  reader.refuse(place.path, `${JSON.stringify(word)} is not ${what}`, hint);
  return absent;
}
