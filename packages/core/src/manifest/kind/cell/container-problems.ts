import type { ContainerDocument } from '../../../resource/workload/cell-document.ts';
import type { Problem } from '../../problem.ts';
import { validateWorkload } from '../workload/validate-workload.ts';

/** Fields that `v1beta1` names in another way than the flat form. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^(?:mounts|hostBindPaths)\[\d+\].*$/, 'volumes'],
  [/^(?:mounts|hostBindPaths)$/, 'volumes'],
  [/^tmpfs\[(\d+)\]\.mountPath$/, 'tmpfs[$1].path'],
  [/^tmpfs\[(\d+)\]\.size$/, 'tmpfs[$1].sizeBytes'],
  [/^resources\.memory$/, 'resources.memoryLimitBytes'],
  [/^resources\.cpu$/, 'resources.cpuMillis'],
  [/^resources\.pids$/, 'resources.pidsLimit'],
  [/^hostPid$/, 'hostPID'],
  [/^hostIpc$/, 'hostIPC'],
  [/^networkMode$/, 'hostNetwork'],
  [/^aliases/, 'networksAliases'],
];

/** Every rule of a container, with the paths of `v1beta1` below `at`. Pure. */
export function containerProblems(
  { spec }: ContainerDocument,
  at: string,
  namePath: string,
): readonly Problem[] {
  return validateWorkload(spec).map(({ hint, ...problem }) => ({
    ...problem,
    path: pathOf(problem.path, { at, namePath }),
    ...(hint !== undefined && { hint: hint.replace(/\bhostIpc\b/, 'hostIPC') }),
  }));
}

function pathOf(
  path: string,
  { at, namePath }: { readonly at: string; readonly namePath: string },
): string {
  if (path === 'name') return namePath;
  const own = path.replace(/^container\.?/, '');
  if (own === '') return at;
  const named = NAMES.reduce((text, [from, to]) => text.replace(from, to), own);
  return `${at}.${named}`;
}
