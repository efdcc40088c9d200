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
  let fields: Record<string, string> | undefined;
  for (const line of text.split('\n')) {
    const name = NAME.exec(line);
    const field = FIELD.exec(line);
    const chosen = CURRENT.exec(line);
    if (line === '' || line === 'contexts:') continue;
    if (chosen !== null) current = textOf(chosen[1], chosen[2]);
    else if (name !== null) {
      fields = {};
      contexts[textOf(name[1], name[2]) ?? ''] = fields;
    } else if (field !== null && fields !== undefined) {
      const value = textOf(field[2], field[3]);
      if (value === undefined) return undefined;
      fields[field[1] ?? ''] = value;
    } else return undefined;
  }
  return '' in contexts ? undefined : { current, contexts };
}

function textOf(quoted: string | undefined, plain: string | undefined): string | undefined {
  if (quoted !== undefined) return quoted;
  return plain === undefined || NOT_TEXT.test(plain) ? undefined : plain;
}
