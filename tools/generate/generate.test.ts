import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CommandManual, ProgramManual } from '@capsule/cli';
import { defineErrors } from '@capsule/core';
import { describeApi } from './api-page.ts';
import { describeProgram } from './cli-page.ts';
import { findDrift } from './drift.ts';
import { loadErrorTables } from './error-tables.ts';
import { describeErrors } from './errors-page.ts';
import { anyFacts } from './placeholder.ts';

/** docs/contributing/style.md, rule 6 of words. */
const MOST_WORDS = 12;

test('missing, different and superfluous files are reported as drift', async (t) => {
  const actual = await tree(t, {
    'out/same.ts': 'a',
    'out/deep/changed.ts': 'old',
    'out/stale.ts': 'x',
    'elsewhere.ts': 'not ours',
  });
  const expected = await tree(t, {
    'out/same.ts': 'a',
    'out/deep/changed.ts': 'new',
    'out/added.ts': 'y',
    'page.md': 'z',
  });
  assert.deepEqual(await findDrift(['out', 'page.md'], actual, expected), [
    { path: 'out/added.ts', change: 'missing' },
    { path: 'out/deep/changed.ts', change: 'differs' },
    { path: 'out/stale.ts', change: 'stale' },
    { path: 'page.md', change: 'missing' },
  ]);
  assert.deepEqual(await findDrift(['out', 'page.md'], expected, expected), []);
});

test('a message can be shown without facts, whatever it does with them', () => {
  const facts = anyFacts as {
    name: string;
    argv: string[];
    list: { path: string }[];
    text: string;
    code: number | null;
  };
  assert.equal(`${facts.name}`, '<name>');
  assert.equal(JSON.stringify(facts.name), '"<name>"');
  assert.equal(facts.argv.join(' ').toString(), '<argv>');
  assert.equal(`${facts.text.trimEnd().split('\n').at(-1) ?? ''}`, '<text>');
  assert.equal(`${facts.list.map((one) => one.path).join()}`, '<list>');
  assert.equal(`${facts.list[0]?.path}`, '<list.path>');
  assert.equal([...facts.list].length, 1);
  assert.deepEqual(facts.text.split('/').map(String), ['<text>']);
  assert.equal(`${facts.code ?? 'none'}`, '<code>');
});

test('the errors page has a section for each prefix, and a heading for each code in it', () => {
  const { table } = defineErrors('VOLUME', {
    IN_USE: {
      kind: 'precondition',
      message: (f: { volume: string }) => `volume ${f.volume} is in use`,
      why: 'one mounter at a time',
      hint: 'detach <it> first',
    },
  });
  assert.ok(
    describeErrors([table]).endsWith(`
## VOLUME

### VOLUME_IN_USE

\`\`\`text
volume <volume> is in use
\`\`\`

Kind: precondition.

Why: one mounter at a time.

Fix: detach &lt;it> first.
`),
  );
  const { table: more } = defineErrors('VOLUME', {
    LOST: { kind: 'dataLoss', message: () => 'lost' },
  });
  const { table: other } = defineErrors('API', {
    DENIED: { kind: 'denied', message: () => 'denied' },
  });
  const page = describeErrors([other, table, more]);
  assert.match(page, /^Codes by prefix: \[API\]\(#api\), \[VOLUME\]\(#volume\)\.$/m);
  assert.deepEqual(page.match(/^##+ .*$/gm), [
    '## API',
    '### API_DENIED',
    '## VOLUME',
    '### VOLUME_IN_USE',
    '### VOLUME_LOST',
  ]);
});

test('the API page shows calls and their rights, fields and values with the comments above them', () => {
  const page = describeApi([
    {
      name: 'capsule/v1/a.proto',
      package: 'capsule.v1',
      service: [
        {
          name: 'AService',
          method: [
            {
              name: 'Follow',
              inputType: '.capsule.v1.A',
              outputType: '.capsule.v1.A',
              serverStreaming: true,
              options: { '[capsule.v1.needs]': 'RIGHT_VIEWER' },
            },
          ],
        },
      ],
      messageType: [
        {
          name: 'A',
          field: [
            { name: 'names', number: 1, label: 'LABEL_REPEATED', type: 'TYPE_STRING' },
            {
              name: 'env',
              number: 100,
              label: 'LABEL_REPEATED',
              type: 'TYPE_MESSAGE',
              typeName: '.capsule.v1.A.EnvEntry',
            },
          ],
          nestedType: [
            {
              name: 'EnvEntry',
              options: { mapEntry: true },
              field: [
                { name: 'key', number: 1, label: 'LABEL_OPTIONAL', type: 'TYPE_STRING' },
                { name: 'value', number: 2, label: 'LABEL_OPTIONAL', type: 'TYPE_INT32' },
              ],
            },
          ],
        },
      ],
      enumType: [{ name: 'Mode', value: [{ name: 'MODE_OFF' }] }],
      sourceCodeInfo: {
        location: [
          { path: [6, 0, 2, 0], leadingComments: ' Sends <all>\n and more.\n' },
          { path: [4, 0, 2, 1], leadingComments: ' a | b' },
        ],
      },
    },
  ]);
  for (const line of [
    '| Follow | A | stream A | viewer | Sends &lt;all> and more. |',
    '| 1 | names | list of string |  |',
    '| 100 | env | map of string to int32 | a \\| b |',
    '| 0 | MODE_OFF |  |',
  ]) {
    assert.ok(page.split('\n').includes(line), line);
  }
});

const CORE = pathToFileURL(join(import.meta.dirname, '../../packages/core/src/index.ts')).href;
const TABLE = `import { defineErrors } from '${CORE}';
export const aError = defineErrors('A', { B: { kind: 'invalid', message: () => 'b' } });
`;

test('tables are found wherever they are defined, also when they are passed on', async (t) => {
  const root = await tree(t, {
    'packages/a/src/errors.ts': TABLE,
    'packages/a/src/more-errors.ts': `export * from './errors.ts';\n${TABLE.replace('aError', 'cError').replace("'A'", "'C'")}`,
    'packages/a/src/errors.test.ts': TABLE,
  });
  const tables = await loadErrorTables(root);
  assert.deepEqual(
    tables.map(({ prefix }) => prefix),
    ['A', 'C'],
  );
});

test('a table that its file keeps to itself is refused', async (t) => {
  const root = await tree(t, { 'packages/a/src/errors.ts': TABLE.replace('export ', '') });
  await assert.rejects(loadErrorTables(root), { code: 'GENERATE_TABLE_NOT_EXPORTED' });
});

test('the first line of each error has at most twelve words', async () => {
  const tables = await loadErrorTables(join(import.meta.dirname, '../..'));
  const tooLong = tables.flatMap(({ prefix, rows }) =>
    Object.entries(rows).flatMap(([key, { message }]) => {
      const [first = ''] = (message(anyFacts) as string).split('\n');
      return first.split(' ').length > MOST_WORDS ? [`${prefix}_${key}: ${first}`] : [];
    }),
  );
  assert.deepEqual(tooLong, []);
});

test('the same code in two tables is refused', async (t) => {
  const root = await tree(t, { 'packages/a/src/e.ts': TABLE, 'packages/b/src/e.ts': TABLE });
  await assert.rejects(loadErrorTables(root), { code: 'GENERATE_CODE_TWICE' });
});

async function tree(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-generate-'));
  t.after(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

test('a command has a line in the list, a heading, and its flags and examples under it', () => {
  const command: CommandManual = {
    path: ['workload', 'stop'],
    summary: 'stop them | all',
    about: 'Twice is once.',
    args: [{ name: 'name', summary: 'which', isOptional: true, isRepeatable: true }],
    flags: [{ flags: '--how <way>', summary: 'how', choices: ['a', 'b'] }],
    examples: [{ line: 'capsulectl workload stop web', about: 'one' }],
  };
  const program: ProgramManual = {
    name: 'capsulectl',
    summary: 'It runs.',
    version: '0',
    habits: {},
    nouns: {},
    globalFlags: [],
    commands: [command, { ...command, path: ['__hidden'], isHidden: true }],
  };
  const page = describeProgram(program);
  assert.ok(page.includes('| [workload stop](#workload-stop) | stop them \\| all |'));
  assert.ok(
    page.endsWith(`## workload stop

\`capsulectl workload stop [NAME…]\`

Stop them | all. Twice is once.

| | |
|---|---|
| \`NAME\` | which |
| \`--how <way>\` | how: a, b |

\`\`\`text
# one
capsulectl workload stop web
\`\`\`
`),
    page,
  );
  assert.ok(!page.includes('hidden'));
});
