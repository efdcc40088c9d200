import { posix } from 'node:path';
import type { Import } from './find-imports.ts';
import { FOLDERS } from './folder-table.ts';
import { FOR_TESTS, LAYERS, NODE_PACKAGES } from './layer-table.ts';
import { placeOf } from './place-of.ts';
import type { SourceFile, Workspace } from './workspace.ts';

const OURS = '@capsule/';

/** Everything that is wrong with the imports of one file, as lines for people. */
export function importProblems(file: SourceFile, workspace: Workspace): string[] {
  return file.imports.flatMap((one) =>
    problemsOf(one, file, workspace).map((text) => `${file.path}:${one.line}: ${text}`),
  );
}

function problemsOf(one: Import, file: SourceFile, workspace: Workspace): string[] {
  const { specifier } = one;
  if (specifier.startsWith('.')) return relativeProblems(specifier, file);
  const ofNode = nodeProblems(specifier, file);
  if (specifier.startsWith('node:')) return ofNode;
  const undeclared = undeclaredProblems(packageName(specifier), file, workspace);
  if (!specifier.startsWith(OURS)) return [...ofNode, ...undeclared];
  return [...layerProblems(specifier.slice(OURS.length), file), ...undeclared];
}

function relativeProblems(specifier: string, file: SourceFile): string[] {
  const target = posix.join(posix.dirname(file.path), specifier);
  if (target.startsWith(`${file.home}/`)) return [];
  return [`${specifier} leaves ${file.home}: import the package by its name`];
}

function nodeProblems(specifier: string, file: SourceFile): string[] {
  const isOfNode = specifier.startsWith('node:') || NODE_PACKAGES.includes(packageName(specifier));
  if (!isOfNode || file.isTest) return [];
  const folders = FOLDERS[file.layer] ?? {};
  const folder = placeOf(file, folders) ?? '';
  const pure = LAYERS[file.layer]?.pure === true ? file.layer : folders[folder]?.pure && folder;
  return pure ? [`${specifier}: ${pure} also runs in a browser`] : [];
}

function layerProblems(target: string, file: SourceFile): string[] {
  const layer = LAYERS[file.layer];
  if (layer === undefined) return [`${file.layer} is not in the layer table`];
  const name = target.split('/')[0] ?? target;
  if (file.isTest && [...FOR_TESTS, ...(layer.tests ?? [])].includes(name)) return [];
  if (![name, target].some((used) => layer.uses.includes(used))) {
    const isPart = layer.uses.some((used) => used.startsWith(`${name}/`));
    return [`${file.layer} may not use ${isPart ? target : name}`];
  }
  const entry = layer.only?.[target] === undefined ? name : target;
  const places = layer.only?.[entry];
  if (places === undefined || file.isTest) return [];
  const inside = file.path.slice(file.home.length + 1);
  if (places.some((place) => inside === place || inside.startsWith(place))) return [];
  return [`${file.layer} may use ${entry} in ${places.join(' and ')} only`];
}

function undeclaredProblems(name: string, file: SourceFile, workspace: Workspace): string[] {
  const declared = workspace.declared.get(file.home);
  if (declared === undefined || file.isTest) {
    // The workspaces themselves are linked at the root.
    if (workspace.atRoot.has(name) || name.startsWith(OURS)) return [];
  }
  if (declared?.has(name)) return [];
  return [`${name} is not among the dependencies of ${declared ? file.home : 'the root'}`];
}

export function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
