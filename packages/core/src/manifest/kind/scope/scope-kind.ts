import { isName } from '../../../resource/name.ts';
import type { ScopeLevel, ScopeSpec } from '../../../resource/place/scope.ts';
import type { Problem } from '../../problem.ts';
import { CELL_API } from '../../read/foreign-document.ts';
import { describeLabels } from '../cell/cell-change.ts';
import { placeProblems } from '../cell/place-problems.ts';
import type { Kind } from '../kind.ts';
import { printScope } from './print-scope.ts';
import { readScope, type ScopeManifest } from './read-scope.ts';
import { SCOPE_SCHEMAS } from './scope-schema.ts';

function scopeKind(level: ScopeLevel, word: string, applyOrder: number): Kind<ScopeManifest> {
  return {
    apiVersion: CELL_API,
    forms: [{ words: [word], schema: SCOPE_SCHEMAS[level] }],
    applyOrder,
    read: readScope(level),
    validate: validateScope,
    diff: (before, after) => describeLabels(before?.labels ?? {}, after.labels),
    print: printScope,
  };
}

/** A realm is a containerd namespace, a space is a network, and a stack groups cells. */
export const REALM_KIND = scopeKind('realm', 'Realm', 1);
export const SPACE_KIND = scopeKind('space', 'Space', 2);
export const STACK_KIND = scopeKind('stack', 'Stack', 3);

function validateScope({ place, namespace }: ScopeSpec): readonly Problem[] {
  const problems = placeProblems(place);
  if (namespace === undefined || isNamespace(namespace)) return problems;
  const message = `${JSON.stringify(namespace.slice(0, 80))} is not a containerd namespace`;
  const hint = 'use letters, digits, `.`, `_` and `-`, at most 76 characters';
  return [...problems, { path: 'spec.namespace', message, hint }];
}

/** The rule of containerd's `identifiers` package. */
function isNamespace(text: string): boolean {
  return text.length <= 76 && (isName(text) || /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(text));
}
