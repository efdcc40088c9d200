const NAME = /^ {2}(?! )(?:"([^"\\]+)"|([A-Za-z0-9][\w.-]*)):$/;
const FIELD = /^ {4}(?! )([a-z_0-9]+): (?:"([^"\\]*)"|([A-Za-z0-9/][\w./:@+-]*))$/;
const CURRENT = /^current: (?:"([^"\\]*)"|([A-Za-z0-9][\w.-]*))$/;
/** Plain words that YAML reads as something else than text. */
const NOT_TEXT = /^(?:[\d.+-][\d._+:eExXoOa-fA-F-]*|true|false|null|yes|no|on|off|y|n)$/i;

/**
 * Reads a configuration in the plain form in which this program writes it, which every remote command does: the
 * YAML library takes longer to load than all the rest. Undefined for every other form, which the library reads.
 */
export function readPlainConfig(text: string): object | undefined {
  const contexts: Record<string, Record<string, string>> = {};
  let current: string | undefined;
  let isOpen = false;
  let fields: Record<string, string> | undefined;
  for (const line of text.split('\n')) {
    const name = NAME.exec(line);
    const field = FIELD.exec(line);
    const chosen = CURRENT.exec(line);
    if (line === '') continue;
    if (line === 'contexts:' && !isOpen) {
      isOpen = true;
      fields = undefined;
      continue;
    }
    if (chosen !== null && current === undefined) {
      current = textOf(chosen[1], chosen[2]);
      if (current === undefined || isOpen) return undefined;
    } else if (name !== null && isOpen) {
      fields = addTo(contexts, textOf(name[1], name[2]), {});
      if (fields === undefined) return undefined;
    } else if (field !== null && fields !== undefined) {
      const value = textOf(field[2], field[3]);
      if (value === undefined || addTo(fields, field[1], value) === undefined) return undefined;
    } else return undefined;
  }
  const isWhole = Object.values(contexts).every((one) => Object.keys(one).length > 0);
  return isWhole ? { current, contexts } : undefined;
}

/** Undefined, and nothing added, for a key that is no text or is there already. */
function addTo<T>(map: Record<string, T>, key: string | undefined, value: T): T | undefined {
  if (key === undefined || Object.hasOwn(map, key)) return undefined;
  map[key] = value;
  return value;
}

function textOf(quoted: string | undefined, plain: string | undefined): string | undefined {
  if (quoted !== undefined) return quoted;
  return plain === undefined || NOT_TEXT.test(plain) ? undefined : plain;
}
