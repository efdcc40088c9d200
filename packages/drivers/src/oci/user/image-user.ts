/** The parts of an image's `USER`: `uid` or `name`, each optionally with `:gid` or `:group`. */
export interface ImageUser {
  readonly user: string;
  /** Undefined where the image names none; the user's own group applies then. */
  readonly group: string | undefined;
}

export function parseImageUser(text: string): ImageUser {
  const at = text.indexOf(':');
  const user = at < 0 ? text : text.slice(0, at);
  const group = at < 0 ? '' : text.slice(at + 1);
  return { user: user === '' ? '0' : user, group: group === '' ? undefined : group };
}

/** The largest id that Linux allows. */
const MAX_ID = 2 ** 32 - 2;

/** Returns the number of a numeric id; undefined for a text that must be a name. */
export function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}
