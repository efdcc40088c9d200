import { parseSize } from '@capsule/core';
import type { Input } from '../../program/input.ts';

/** Bytes of a size as people write it for a container: `64m`, `1g`, `512MiB`. Fails with `CLI_USAGE`. */
export function readBytes(
  input: Input,
  flag: string,
  text: string | undefined = input.text(flag),
): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseSize(/^\d+[kmgt]$/.test(text) ? text.toUpperCase() : text);
  if (bytes !== undefined) return bytes;
  throw input.refuse(
    `--${flag} takes a size, not ${JSON.stringify(text)}`,
    'write a number of bytes, or a whole number with a unit: 512m, 1g, 512MiB',
  );
}

/** `NAME=VALUE`, as often as the flag was given. Fails with `CLI_USAGE`. */
export function readPairs(input: Input, flag: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    input.texts(flag).map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw input.refuse(`--${flag} takes NAME=VALUE, not ${JSON.stringify(text)}`);
    }),
  );
}
