/** A word or an opening that docs/contributing/style.md replaces by a plain one. */
export interface WordRule {
  readonly name: string;
  /** The words to use. */
  readonly instead: string;
  readonly pattern: RegExp;
  /** It replaces a word by a term, so it holds for exported names too. */
  readonly isTerm?: true;
}

export const WORD_RULES: readonly WordRule[] = [
  {
    name: '“wish”',
    instead: 'spec, or desired state',
    pattern: /\bwish(?:es|ed|ing)?\b/i,
    isTerm: true,
  },
  { name: '“anew”', instead: 'again, recreate, restart', pattern: /\banew\b/i, isTerm: true },
  {
    name: '“tell”',
    instead: 'report, print, show, return, distinguish',
    pattern: /\b(?:tells?|told|telling)\b/i,
    isTerm: true,
  },
  { name: '“hear”', instead: 'receive, learn', pattern: /\b(?:hears?|heard)\b/i, isTerm: true },
  {
    name: '“tried again”',
    instead: 'name the actor: capsuled retries it, the next stop tries again',
    pattern: /\b(?:is|are|was|were|be|and) tried again\b/i,
  },
  {
    name: 'an unnamed actor',
    instead: 'name the client, caller, process, user or operator',
    pattern: /\b(?:somebody|nobody|whoever|who asks)\b/i,
  },
  {
    name: 'a relative clause as subject',
    instead: 'begin with the noun or the verb',
    pattern:
      /(?:^(?:#+ |[-*] |\d+\. )?|[.!?:]\s+|\| )(?:What|Who|Whoever|Whatever|Whose)\b(?![^.]*\?)/,
  },
];

/** The same opening at the start of a test's title. */
export const TITLE_OPENING = /^(?:what|who|whoever|whatever|whose)\b(?![^.]*\?)/;

/** The folders whose words are held. */
const HELD: readonly RegExp[] = [
  /^[A-Z]\w+\.md/,
  /^docs\//,
  /^examples\//,
  /^proto\//,
  /^bench\//,
  /^tools\//,
  /^native\//,
  /^packages\/api\//,
  /^packages\/cli\//,
  /^packages\/core\//,
  /^packages\/daemon\//,
  /^packages\/drivers\//,
  /^packages\/engine\//,
  /^packages\/host\//,
  // An edit of a layer's recipe rebuilds the layer, so the words of recipes are not held.
  /^packages\/imager\/(?!src\/(?:rootfs|debian|disk|firecracker\/programs))/,
  /^packages\/launcher\//,
  /^packages\/testkit\//,
  /^test\//,
  /^packages\/names\//,
];
/** Generated pages follow their sources; the rules show what they refuse. */
const EXEMPT =
  /^docs\/(?:SPECIFICATION|reference\/(?:api|claims|cli|errors))\.md$|^tools\/style\/|\/gen\//;

export function isHeld(path: string): boolean {
  return HELD.some((folder) => folder.test(path)) && !EXEMPT.test(path);
}
