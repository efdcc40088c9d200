import {
  action,
  type CapsuleError,
  type HostProblem,
  judgePool,
  poolPercent,
  type Remedy,
  remedy,
  type VolumePool,
} from '@capsule/core';

/** A fault of the capsule, described for an operator. */
export interface CapsuleProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: Remedy;
}

export function problemOf(error: CapsuleError | undefined): CapsuleProblem[] {
  if (error === undefined) return [];
  const { code, message, hint: text = '', actions } = error;
  return [{ code, message, remedy: { text, actions } }];
}

export function poolProblems(pool: VolumePool): CapsuleProblem[] {
  const code = pool.ok ? 'VOLUME_POOL_LOW' : 'VOLUME_POOL_UNUSABLE';
  const hint = pool.ok
    ? remedy`${action('volume.usage')} shows the space that each volume uses; delete snapshots or volumes`
    : remedy`restore the storage of the volumes; until then volume operations wait, and everything else keeps running`;
  const isFine = pool.ok && judgePool(pool, 'fine') === 'fine';
  const message = pool.ok
    ? `the pool of the volumes is ${Math.floor(poolPercent(pool))} % full`
    : `volumes cannot be used: ${pool.detail}`;
  return isFine ? [] : [{ code, message, remedy: hint }];
}

export function runtimeProblems(runtime: {
  readonly ok: boolean;
  readonly detail: string;
}): CapsuleProblem[] {
  if (runtime.ok) return [];
  const hint = remedy`the capsule restarts containerd; ${action('capsule.logs')} shows its log`;
  return [{ code: 'RUNTIME_UNAVAILABLE', message: runtime.detail, remedy: hint }];
}

/** The launcher writes its problems in their final words. */
export function hostProblem({ code, message, hint }: HostProblem): CapsuleProblem {
  return { code, message, remedy: { text: hint, actions: [] } };
}
