import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { parseTemplate } from './parse-template.ts';
import { renderTemplate } from './render-template.ts';

const LIST = [
  {
    name: 'web',
    labels: { 'app.kubernetes.io/name': 'nginx' },
    status: { phase: 'running', restartCount: 2, exitCode: 3 },
    ports: [80, 443, 8080],
  },
  { name: 'db', status: { phase: 'stopped', restartCount: 0, health: null }, ports: [] },
];

const shown = (template: string, root: unknown = LIST) =>
  renderTemplate(parseTemplate(template), root);

/** The output of kubectl for the same, each with the end of its line. */
const TEMPLATES: readonly (readonly [template: string, text: string])[] = [
  ['{[*].name}', 'web db\n'],
  ['{$[*].name}', 'web db\n'],
  ['{.[0].name}', 'web\n'],
  ['[0].status.phase', 'running\n'],
  ["{[0]['name']}", 'web\n'],
  ["{[0]['name','ports']}", 'web [80,443,8080]\n'],
  ['{[0].labels.app\\.kubernetes\\.io/name}', 'nginx\n'],
  ['{[-1].name}', 'db\n'],
  ['{[0].ports[0:2]}', '80 443\n'],
  ['{[0].ports[::2]}', '80 8080\n'],
  ['{[0].ports[-2:]}', '443 8080\n'],
  ['{[*].ports[*]}', '80 443 8080\n'],
  ['{..phase}', 'running stopped\n'],
  ['{[0].status.*}', 'running 2 3\n'],
  ['{[?(@.name=="db")].status.phase}', 'stopped\n'],
  ["{[?(@.status.phase != 'running')].name}", 'db\n'],
  ['{[?(@.status.restartCount > 0)].name}', 'web\n'],
  ['{[?(@.status.exitCode)].name}', 'web\n'],
  ['{[?(@.status.health == null)].name}', 'db\n'],
  ['{[*].status.exitCode}', '3\n'],
  ['{range [*]}{.name}{"\\t"}{.status.exitCode}{"\\n"}{end}', 'web\t3\ndb\t\n'],
  ['{range [*]}{range .ports[*]}<{@}>{end};{end}', '<80><443><8080>;;\n'],
  ['name: {[1].name}', 'name: db\n'],
  ["{[0].ports[5]}{'-'}", '-\n'],
  ['{[0].status}', '{"phase":"running","restartCount":2,"exitCode":3}\n'],
];

test('templates print what kubectl prints', () => {
  for (const [template, text] of TEMPLATES) assert.equal(shown(template), text, template);
  assert.equal(shown('{.}', 'x'), 'x\n');
  assert.equal(shown('{[*].name}', []), '');
});

function refusal(template: string, root?: unknown): string {
  try {
    return shown(template, root);
  } catch (error) {
    assert.ok(isCapsuleError(error), String(error));
    return [error.code, error.message, error.why].join('\n');
  }
}

test('a template that is wrong is refused with the place and what is missing', () => {
  for (const [template, column, problem] of [
    ['{.name', 7, '} is missing'],
    ['{.a[}', 5, "a number, *, ?(…) or a 'key' in quotes is missing"],
    ['{.a[0}', 6, '] is missing'],
    ['{name}', 2, 'a path must begin with ., [, $ or @'],
    ['{.a[?(@.b == )]}', 14, 'a value is missing'],
    ['{range [*]}{.name}', 19, '{end} of {range …} is missing'],
    ['{.name}{end}', 8, '{end} has no {range …} before it'],
    ['', 1, 'a template such as {.name} is missing'],
  ] as const) {
    const text = refusal(template);
    assert.ok(text.startsWith('CLI_PATH_INVALID\n'), text);
    assert.ok(text.includes(`column ${column}`) && text.includes(problem), `${template}: ${text}`);
  }
});

test('a key that nothing has is refused with those that are there, and lists are named as such', () => {
  assert.match(
    refusal('{[*].nmae}'),
    /CLI_PATH_UNKNOWN\n.*has the key `nmae`\n.*name, labels, status, ports/,
  );
  assert.match(refusal('{.items[*].name}'), /CLI_PATH_UNKNOWN\n.*`items`\n.*a list/);
  assert.match(
    refusal('{.name.first}', { name: 'web' }),
    /has the key `first`\nthe value has no keys/,
  );
});
