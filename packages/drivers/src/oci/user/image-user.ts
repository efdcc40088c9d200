/** An image's `USER` taken apart: `uid`, `name`, each optionally with `:gid` or `:group`. */
export interface ImageUser {
  readonly user: string;
  /** Undefined when none was written; the user's own group counts then. */
  readonly group: string | undefined;
}

export function parseImageUser(text: string): ImageUser {
  const at = text.indexOf(':');
  const user = at < 0 ? text : text.slice(0, at);
  const group = at < 0 ? '' : text.slice(at + 1);
  return { user: user === '' ? '0' : user, group: group === '' ? undefined : group };
}

/** The largest id that Linux gives to anybody. */
const MAX_ID = 2 ** 32 - 2;

/** The number that a text is, or undefined when it has to be a name. */
export function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}
