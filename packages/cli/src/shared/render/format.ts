import type { Input } from '../../program/input.ts';

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Format = (typeof FORMATS)[number];

/** What `-o` asks for; a table where it does not say. */
export function readFormat(input: Input): Format {
  const text = input.text('output') ?? 'table';
  const format = FORMATS.find((known) => known === text);
  if (format === undefined) throw input.refuse(`-o takes ${FORMATS.join(', ')}, not ${text}`);
  return format;
}

export const OUTPUT_FLAG = {
  flags: '-o, --output <format>',
  summary: 'what to print',
  choices: FORMATS,
} as const;
