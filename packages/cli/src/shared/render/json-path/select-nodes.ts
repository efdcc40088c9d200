import { cliError } from '../../../errors.ts';
import type { Comparison, Operator, Path, Scalar, Step } from './template.ts';

/** Where a path is looked up. */
export interface Ground {
  /** The whole output. */
  readonly root: unknown;
  /** The root of the path. */
  readonly node: unknown;
  /** Whether a key that nothing has is an error, or selects nothing. */
  readonly isStrict: boolean;
}

/** All that a path leads to. Fails with `CLI_PATH_UNKNOWN`. Pure. */
export function selectNodes(path: Path, { root, node, isStrict }: Ground): readonly unknown[] {
  let nodes: readonly unknown[] = [path.isFromRoot ? root : node];
  let isDeep = false;
  for (const step of path.steps) {
    if (isStrict && !isDeep && step.kind === 'keys') requireKey(step.keys, nodes, path);
    isDeep = step.kind === 'deep';
    nodes = nodes.flatMap((one) => takeStep(step, one, root));
  }
  return nodes;
}

/** Some have a key and others not; one that no node has is misspelt. */
function requireKey(keys: readonly string[], nodes: readonly unknown[], { text }: Path): void {
  const isKnown = nodes.some((node) => keys.some((key) => isMap(node) && Object.hasOwn(node, key)));
  if (nodes.length === 0 || isKnown) return;
  const known = [...new Set(nodes.flatMap((node) => (isMap(node) ? Object.keys(node) : [])))];
  const isList = nodes.every(Array.isArray);
  throw cliError.PATH_UNKNOWN({ path: text, keys, known, isList });
}

function takeStep(step: Step, node: unknown, root: unknown): readonly unknown[] {
  switch (step.kind) {
    case 'keys':
      return step.keys.flatMap((key) =>
        isMap(node) && Object.hasOwn(node, key) ? [node[key]] : [],
      );
    case 'every':
      return childrenOf(node);
    case 'deep':
      return withAllBelow(node);
    case 'index':
      return Array.isArray(node) ? node.slice(step.at).slice(0, 1) : [];
    case 'slice':
      return Array.isArray(node)
        ? node.slice(step.from, step.to).filter((_item, at) => at % step.by === 0)
        : [];
    case 'filter':
      return childrenOf(node).filter((child) => isTaken(step, child, root));
  }
}

function isTaken(
  { left, compare }: Extract<Step, { kind: 'filter' }>,
  node: unknown,
  root: unknown,
) {
  const ground = { root, node, isStrict: false };
  const [found] = selectNodes(left, ground);
  return compare === undefined ? found !== undefined : isTrue(found, compare, ground);
}

function isTrue(left: unknown, { operator, right }: Comparison, ground: Ground): boolean {
  const other = isPath(right) ? selectNodes(right, ground)[0] : right;
  return COMPARE[operator](left, other);
}

const COMPARE: Readonly<Record<Operator, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => order(left, right) < 0,
  '>': (left, right) => order(left, right) > 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>=': (left, right) => order(left, right) >= 0,
};

/** NaN, which compares with nothing, for values that have no order. */
function order(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return Number.NaN;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function withAllBelow(node: unknown): readonly unknown[] {
  return [node, ...childrenOf(node).flatMap(withAllBelow)];
}

function childrenOf(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node;
  return isMap(node) ? Object.values(node) : [];
}

function isMap(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function isPath(right: Path | Scalar): right is Path {
  return typeof right === 'object' && right !== null;
}
