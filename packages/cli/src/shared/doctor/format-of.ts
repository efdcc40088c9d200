import type { Input } from '../../program/input.ts';
import { type Format, readFormat } from '../render/format.ts';

/** `--json` is a short word for `-o json`. */
export const JSON_FLAG = { flags: '--json', summary: 'print JSON, like -o json' } as const;

/** Fails with `CLI_USAGE`. */
export function formatOf(input: Input): Format {
  if (!input.isOn('json')) return readFormat(input);
  const text = input.text('output');
  if (text !== undefined && text !== 'json') {
    throw input.refuse(`--json and -o ${text} exclude each other`, 'leave out one of them');
  }
  return { kind: 'json' };
}
