import type { ReportedWorkload } from '@capsule/api/wire';
import { completeSpec, type WorkloadSpec } from '@capsule/core';

export const CREATED_AT = Date.UTC(2026, 0, 1, 12);

/** A running web server, with what a test changes of it. */
export function sampleWorkload(
  change: { readonly spec?: Partial<WorkloadSpec> } & Partial<
    Omit<ReportedWorkload, 'spec' | 'status'>
  > & {
      readonly status?: Partial<ReportedWorkload['status']>;
    } = {},
): ReportedWorkload {
  return {
    uid: 'u-1',
    generation: 1,
    desired: 'running',
    createdAt: CREATED_AT,
    run: 1,
    ...change,
    spec: completeSpec({
      name: 'web',
      image: 'docker.io/library/nginx:1.27-alpine',
      env: { TZ: 'UTC' },
      ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
      ...change.spec,
    }),
    status: {
      phase: 'running',
      message: 'running',
      reason: 'Running',
      observedGeneration: change.generation ?? 1,
      restartCount: 0,
      observedRun: 1,
      address: '172.20.254.2',
      imageDigest: `sha256:${'0a'.repeat(32)}`,
      pid: 42,
      startedAt: CREATED_AT + 1000,
      ...change.status,
    },
  };
}
