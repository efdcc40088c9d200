import {
  CHECK_LEVELS,
  CHECK_SECTIONS,
  type Check,
  plainText,
  textWidth,
  worstLevel,
  wrapText,
} from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { padText } from '../../program/plain-text.ts';
import { counted } from '../render/amount.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData } from '../render/format.ts';
import { askChecks } from './ask-checks.ts';
import { checkDocument } from './document.ts';
import { formatOf } from './format-of.ts';
import { levelStyle, levelWord } from './level.ts';

/** The width of `WARN` and `FAIL`, between gaps. */
const LEVEL_WIDTH = 4;
const GAP = '  ';

/** Shows every check, with a remedy where one is needed. The exit code is 1 if one of them failed. */
export const run: Run = async (input, context) => {
  const format = formatOf(input);
  const { program, out } = context;
  const checks = await askChecks(input, context);
  if (isData(format)) {
    const documents = checks.map((check) => checkDocument(check, program));
    await out.write(await renderDocuments(format, documents));
  } else if (format.kind === 'name') {
    await out.write(checks.map(({ section, name }) => `${section}/${name}\n`).join(''));
  } else {
    await out.write(`${renderSections(checks, context)}${renderTotal(checks)}\n`);
  }
  return worstLevel(checks.map(({ level }) => level)) === 'fail' ? 1 : undefined;
};

function renderSections(checks: readonly Check[], context: Context): string {
  const width = Math.max(0, ...checks.map(({ name }) => textWidth(plainText(name))));
  return CHECK_SECTIONS.flatMap((section) => {
    const own = checks.filter((check) => check.section === section);
    if (own.length === 0) return [];
    const lines = own.flatMap((check) => renderCheck(check, width, context));
    return [context.out.style('bold', section), ...lines, ''];
  })
    .map((line) => `${line}\n`)
    .join('');
}

/** The facts, then the hint, both indented to their column. */
function renderCheck(check: Check, nameWidth: number, { program, out }: Context) {
  const { level, name, detail, hint } = { hint: '', ...checkDocument(check, program) };
  const indent = GAP.length * 3 + LEVEL_WIDTH + nameWidth;
  const room = out.isTerminal ? Math.max(out.columns - indent, 20) : Number.POSITIVE_INFINITY;
  const [first = '', ...rest] = wrapText(plainText(detail), room);
  const word = out.style(levelStyle(level), padText(levelWord(level), LEVEL_WIDTH));
  const hints = hint === '' ? [] : wrapText(`hint: ${plainText(hint)}`, room);
  return [
    ['', word, padText(plainText(name), nameWidth), first].join(GAP).trimEnd(),
    ...[...rest, ...hints].map((line) => `${' '.repeat(indent)}${line}`),
  ];
}

/** `31 checks: 29 OK, 2 WARN`. */
function renderTotal(checks: readonly Check[]): string {
  const counts = CHECK_LEVELS.flatMap((level) => {
    const count = checks.filter((check) => check.level === level).length;
    return count === 0 ? [] : [`${count} ${levelWord(level)}`];
  });
  return `${counted(checks.length, 'check')}: ${counts.join(', ')}`;
}
