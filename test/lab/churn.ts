import { connectCapsule } from '@capsule/api/node';
import { type CapsuleClient, WorkloadKind } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import type { Lab } from '@capsule/testkit';
import { Random } from './random.ts';

/** The last acknowledged state of a name; undefined if an answer was lost. */
export type Acknowledged = ReadonlyMap<string, 'gone' | { readonly value: string } | undefined>;

export interface ChurnRequest {
  readonly seed: number;
  readonly image: string;
  /** Each name has its own worker, which applies and deletes it. */
  readonly names: readonly string[];
}

/** Applies and deletes workloads at random and in parallel, until `stop` aborts. Calls may fail. */
export async function churn(
  lab: Lab,
  request: ChurnRequest,
  stop: AbortSignal,
): Promise<{ readonly acknowledged: Acknowledged; readonly calls: number }> {
  const acknowledged = new Map<string, 'gone' | { readonly value: string } | undefined>();
  let calls = 0;
  await using client = connectCapsule(lab.host, { defaultTimeoutMs: 20_000 });
  const work = request.names.map(async (name, index) => {
    const random = new Random(request.seed + index + 1);
    while (!stop.aborted) {
      const isDelete = random.below(3) === 0;
      const value = String(random.below(4));
      try {
        if (isDelete) await client.workload.delete({ name });
        else await apply(client, { name, value, image: request.image, port: 20_000 + index });
        acknowledged.set(name, isDelete ? 'gone' : { value });
      } catch (error) {
        if (!isCapsuleError(error)) throw error;
        acknowledged.set(name, undefined);
        await lab.ready();
      }
      calls += 1;
    }
  });
  await Promise.all(work);
  return { acknowledged, calls };
}

interface Spec {
  readonly name: string;
  readonly value: string;
  readonly image: string;
  readonly port: number;
}

async function apply(client: CapsuleClient, { name, value, image, port }: Spec): Promise<void> {
  await client.workload.apply({
    workload: {
      name,
      kind: WorkloadKind.CONTAINER,
      container: {
        image,
        env: { VALUE: value },
        ports: [{ containerPort: 80, hostPort: port, protocol: 'tcp' }],
      },
    },
  });
}
