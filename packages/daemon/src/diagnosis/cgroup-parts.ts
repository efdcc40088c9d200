import { type CgroupSeen, type CgroupsSeen, type CgroupTree, remedy } from '@capsule/core';
import { type Finding, fail, ok, type Part, partOf, warn } from './part.ts';

const NEEDED = ['cpu', 'memory', 'pids', 'io'];
const SHOWN = 5;

/** The hierarchy from the root to the cells: each level must pass its controllers on to the next. */
export function cgroupParts(tree: CgroupTree): readonly Part[] {
  const part = (name: string, judge: (seen: CgroupsSeen) => Finding): Part =>
    partOf('cgroups', name, async () => judge(await tree.inspect()));
  return [
    part('controllers', judgeControllers),
    part('delegation', judgeDelegation),
    part('inner nodes', judgeInnerNodes),
    part('threads', judgeThreads),
  ];
}

function judgeControllers({ controllers }: CgroupsSeen): Finding {
  const missing = NEEDED.filter((one) => !controllers.includes(one));
  if (missing.length === 0) return ok(controllers.join(', '));
  return warn(
    `the machine offers no controller for ${missing.join(', ')}`,
    remedy`limits of these have no effect; boot a kernel with the controllers, or add them to the capsule's own cgroup`,
  );
}

function judgeDelegation({ isUnified, controllers, inner }: CgroupsSeen): Finding {
  if (!isUnified) return ok('v1: every controller has its own hierarchy, so nothing is delegated');
  const outer = inner.filter(({ hasChildren }) => hasChildren);
  const gaps = outer.flatMap(({ path, delegated }) => {
    const missing = controllers.filter((one) => !delegated.includes(one));
    return missing.length === 0 ? [] : [`${path} (${missing.join(', ')})`];
  });
  if (gaps.length === 0)
    return ok(`${controllers.join(', ')} in all ${outer.length} cgroups that hold others`);
  return fail(
    `not delegated: ${shortList(gaps)}`,
    remedy`write +CONTROLLER into cgroup.subtree_control of the outermost of them first, or restart the capsule`,
  );
}

/** The root is free from the rule of "no internal processes" (cgroup-v2.rst). */
function judgeInnerNodes({ isUnified, inner }: CgroupsSeen): Finding {
  if (!isUnified) return ok('v1: cgroups may hold processes and other cgroups');
  const busy = inner.filter(
    ({ path, hasChildren, pids }) => path !== '/' && hasChildren && pids.length > 0,
  );
  if (busy.length === 0) return ok('no process is in a cgroup that holds others');
  return fail(
    `processes in inner nodes: ${shortList(busy.map(describeBusy))}`,
    remedy`move the processes into a cgroup below, or end them: the kernel delegates nothing from a cgroup with processes`,
  );
}

function describeBusy({ path, pids }: CgroupSeen): string {
  return `${path} (pid ${pids.slice(0, 3).join(', ')})`;
}

function judgeThreads({ inner }: CgroupsSeen): Finding {
  const threaded = inner.filter(({ isThreaded }) => isThreaded).map(({ path }) => path);
  if (threaded.length === 0) return ok('no threaded cgroup');
  return fail(
    `threaded: ${shortList(threaded)}`,
    remedy`remove the cgroup and create it again: a threaded one has neither memory nor io limits`,
  );
}

/** The first few, and how many more there are. Pure. */
export function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN;
  return [...items.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
