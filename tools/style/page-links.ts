import { posix } from 'node:path';

const LINK = /\]\(([^)\s]+)\)/g;
const CODE = /^ *```[\s\S]*?^ *```|`[^`\n]*`/gm;
/** The page that leads to all others. */
const INDEX = 'docs/index.md';

/** Links of pages to files and headings that do not exist, and pages that the index does not list. */
export function linkProblems(
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): string[] {
  const broken = [...pages].flatMap(([path, text]) =>
    linksOf(path, text)
      .filter((link) => !leadsSomewhere(link, pages, exists))
      .map(({ line, target }) => `${path}:${line}: the link to ${target} leads nowhere`),
  );
  const listed = new Set(linksOf(INDEX, pages.get(INDEX) ?? '').map(({ file }) => file));
  const unlisted = [...pages.keys()]
    .filter((path) => path.startsWith('docs/') && path !== INDEX && !listed.has(path))
    .map((path) => `${INDEX}: ${path} is not listed`);
  return [...broken, ...unlisted];
}

interface Link {
  readonly target: string;
  readonly file: string;
  readonly heading: string;
  readonly line: number;
}

function linksOf(path: string, text: string): Link[] {
  const withoutCode = text.replace(CODE, (code) => code.replace(/[^\n]/g, ''));
  return [...withoutCode.matchAll(LINK)]
    .filter(([, target = '']) => !/^\w+:/.test(target))
    .map(({ index, 1: target = '' }) => {
      const [file = '', heading = ''] = target.split('#');
      const line = withoutCode.slice(0, index).split('\n').length;
      const full = file === '' ? path : posix.join(posix.dirname(path), file);
      return { target, file: full, heading, line };
    });
}

function leadsSomewhere(
  { file, heading }: Link,
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean,
): boolean {
  if (!exists(file)) return false;
  const page = pages.get(file);
  return heading === '' || page === undefined || anchorsOf(page).has(heading);
}

/** As Git hosts make them of headings. */
function anchorsOf(page: string): Set<string> {
  return new Set(
    [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
