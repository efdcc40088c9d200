/**
 * A fact that is not known yet: shown in a text it reads `<name>`, its members read
 * `<name.member>`, and calling one of its methods changes nothing. Split, it is one part: a place
 * then reads as a name in the default stack. With it the message of an error can be shown without
 * an error.
 */
export function placeholder(name: string): unknown {
  return make(name, undefined);
}

const TO_TEXT: ReadonlySet<string | symbol> = new Set([Symbol.toPrimitive, 'toString', 'toJSON']);

function make(name: string, parent: unknown): unknown {
  const text = `<${name}>`;
  const self: unknown = new Proxy(() => undefined, {
    get(_, member) {
      if (TO_TEXT.has(member)) return () => text;
      if (member === 'split') return () => [self];
      if (member === Symbol.iterator) return () => [self][Symbol.iterator]();
      return make(/^\d+$|^at$/.test(String(member)) ? name : `${name}.${String(member)}`, self);
    },
    apply: () => parent ?? self,
  });
  return self;
}

/** Facts of any name. */
export const anyFacts: unknown = new Proxy({}, { get: (_, name) => placeholder(String(name)) });
