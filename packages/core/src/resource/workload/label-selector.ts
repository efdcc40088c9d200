/** One condition on labels. */
export type LabelTerm =
  | { readonly key: string; readonly is: 'equal' | 'other'; readonly value: string }
  | { readonly key: string; readonly is: 'there' | 'missing' };

export type LabelSelector = readonly LabelTerm[];

const KEY = '[A-Za-z0-9](?:[-A-Za-z0-9._/]{0,61}[A-Za-z0-9])?';
const COMPARED = new RegExp(`^(${KEY})\\s*(==?|!=)\\s*([-A-Za-z0-9._/:@]{0,253})$`);
const PRESENT = new RegExp(`^(!?)\\s*(${KEY})$`);
const TERMS_MOST = 32;
const LENGTH_MOST = 4096;

/**
 * `app=web,tier!=db,canary,!old`: every condition has to hold. An empty text holds for all. Answers what
 * is wrong with it as a text.
 */
export function parseLabelSelector(text: string): LabelSelector | string {
  if (text.trim() === '') return [];
  if (text.length > LENGTH_MOST) return `is longer than ${LENGTH_MOST} characters`;
  const parts = text.split(',');
  if (parts.length > TERMS_MOST) return `has more than ${TERMS_MOST} conditions`;
  const terms: LabelTerm[] = [];
  for (const part of parts) {
    const term = parseTerm(part.trim());
    if (term === undefined) return `${JSON.stringify(part.trim())} is not a condition`;
    terms.push(term);
  }
  return terms;
}

export function matchesLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return selector.every((term) => holds(term, labels));
}

function holds(term: LabelTerm, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined;
  switch (term.is) {
    case 'equal':
      return value === term.value;
    case 'other':
      return value !== term.value;
    case 'there':
      return value !== undefined;
    case 'missing':
      return value === undefined;
  }
}

function parseTerm(text: string): LabelTerm | undefined {
  const [, key = '', sign, value = ''] = COMPARED.exec(text) ?? [];
  if (sign !== undefined) return { key, is: sign === '!=' ? 'other' : 'equal', value };
  const [, mark, name] = PRESENT.exec(text) ?? [];
  return name === undefined ? undefined : { key: name, is: mark === '!' ? 'missing' : 'there' };
}
