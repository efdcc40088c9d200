import type { DescMethod, DescService } from '@bufbuild/protobuf';
import * as api from '@capsule/api/wire';

/** The method of the API that has a path such as `/capsule.v1.WorkloadService/Get`. */
export function findMethod(path: string): DescMethod | undefined {
  return METHODS.get(path);
}

const METHODS: ReadonlyMap<string, DescMethod> = new Map(
  Object.values({ ...api, ...api.health, ...api.reflection } as Record<string, unknown>)
    .filter(isService)
    .flatMap(({ typeName, methods }) =>
      methods.map((method) => [`/${typeName}/${method.name}`, method] as const),
    ),
);

function isService(value: unknown): value is DescService {
  return typeof value === 'object' && (value as { kind?: unknown } | null)?.kind === 'service';
}
