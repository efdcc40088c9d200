import {
  CHECK_SECTIONS,
  type Check,
  type CheckLevel,
  type CheckSection,
  worstLevel,
} from '@capsule/core';
import type { Run } from '../../program/command.ts';
import { counted } from '../render/amount.ts';
import { renderListing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { askChecks } from './ask-checks.ts';
import { checkDocument } from './document.ts';
import { formatOf } from './format-of.ts';
import { levelStyle, levelWord } from './level.ts';

interface Row {
  readonly section: CheckSection;
  readonly level: CheckLevel;
  readonly checks: readonly Check[];
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'SECTION', cell: ({ section }) => section },
  {
    title: 'STATE',
    cell: ({ level }) => levelWord(level),
    style: ({ level }) => levelStyle(level),
  },
  { title: 'DETAIL', cell: describe, shrinksTo: 20, wraps: true },
];

/** Shows a line for each section: its worst level, and the reasons. */
export const run: Run = async (input, context) => {
  const format = formatOf(input);
  const { program, out } = context;
  const rows = rowsOf(await askChecks(input, context));
  const listing = {
    nameOf: ({ section }: Row) => section,
    documentOf: ({ section, level, checks }: Row) => ({
      section,
      level,
      checks: checks.map((check) => checkDocument(check, program)),
    }),
    columns: COLUMNS,
  };
  await out.write(await renderListing(rows, listing, format, out));
  return undefined;
};

function rowsOf(all: readonly Check[]): readonly Row[] {
  return CHECK_SECTIONS.flatMap((section) => {
    const checks = all.filter((check) => check.section === section);
    if (checks.length === 0) return [];
    return [{ section, level: worstLevel(checks.map(({ level }) => level)), checks }];
  });
}

/** Sections whose first fact describes all of it. */
const DESCRIBED: readonly CheckSection[] = ['capsule', 'containerd', 'cgroups', 'disk'];

/** The reasons of the worst level; of a healthy section, its first fact or how many checks it has. */
function describe({ section, level, checks }: Row): string {
  const [first] = checks;
  if (level === 'ok') {
    return first !== undefined && DESCRIBED.includes(section)
      ? first.detail
      : counted(checks.length, 'check');
  }
  return checks
    .filter((check) => check.level === level)
    .map(({ name, detail }) => `${name}: ${detail}`)
    .join('; ');
}
