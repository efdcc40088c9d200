import { parsePath, unquote } from './parse-path.ts';
import type { Part } from './template.ts';
import { TextScanner } from './text-scanner.ts';

/**
 * A template as kubectl has it: text, `{PATH}`, `{"text"}` and `{range PATH}…{end}`. One path alone needs no
 * braces. Fails with `CLI_PATH_INVALID`.
 */
export function parseTemplate(text: string): readonly Part[] {
  if (text.trim() === '') new TextScanner(text).refuse('a template such as {.name} is missing');
  const isBare = /^[.[$@]/.test(text) && !text.includes('{');
  const scanner = new TextScanner(isBare ? `{${text}}` : text);
  const parts = parseParts(scanner);
  if (!scanner.isAtEnd) scanner.refuse('{end} has no {range …} before it');
  return parts;
}

/** Up to the end of the text, or before an `{end}`. */
function parseParts(scanner: TextScanner): readonly Part[] {
  const parts: Part[] = [];
  while (!scanner.isAtEnd && scanner.take(/(?=\{\s*end\s*\})/) === undefined) {
    const text = scanner.take(/[^{]+/);
    parts.push(text === undefined ? parseBraces(scanner) : { kind: 'text', text });
  }
  return parts;
}

function parseBraces(scanner: TextScanner): Part {
  scanner.require(/\{\s*/, '{');
  const quoted = scanner.take(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/);
  if (quoted !== undefined) {
    close(scanner);
    return { kind: 'text', text: unquote(quoted) };
  }
  const isRange = scanner.take(/range\s+/) !== undefined;
  const start = scanner.at;
  const path = parsePath(scanner);
  if (scanner.at === start) scanner.refuse('a path must begin with ., [, $ or @');
  close(scanner);
  if (!isRange) return { kind: 'value', path };
  const parts = parseParts(scanner);
  scanner.require(/\{\s*end\s*\}/, '{end} of {range …}');
  return { kind: 'range', path, parts };
}

function close(scanner: TextScanner): void {
  scanner.require(/\s*\}/, '}');
}
