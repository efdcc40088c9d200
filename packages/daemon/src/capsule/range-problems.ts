import { isOverlap, parseRange, type RangeUse, remedy } from '@capsule/core';
import type { CapsuleProblem } from './problems.ts';

export interface OwnBridge {
  readonly bridge: string;
  readonly bridgeCidr: string;
}

/** Describes the networks of the machine that meet the range of the capsule's own bridge. Pure. */
export function rangeProblems(
  { bridge, bridgeCidr }: OwnBridge,
  uses: readonly RangeUse[],
): CapsuleProblem[] {
  const own = parseRange(bridgeCidr);
  const found = uses.filter(({ range, device }) => {
    const other = parseRange(range);
    return device !== bridge && own !== undefined && other !== undefined && isOverlap(own, other);
  });
  const [first] = found;
  if (first === undefined) return [];
  const of = first.device === undefined ? '' : ` of ${first.device}`;
  const message = `the range ${bridgeCidr} of the bridge meets the ${first.use} ${first.range}${of}`;
  const hint = remedy`give the network of the machine another range, or set \`bridge.cidr\` in /perm/capsuled.json and reboot`;
  return [{ code: 'NETWORK_RANGE_MEETS', message, remedy: hint }];
}
