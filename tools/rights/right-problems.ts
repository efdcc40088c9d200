import type { FileDescriptor, ServiceDescriptor } from '../generate/descriptor.ts';

/** Returns one line for each RPC without a right. */
export function rightProblems(files: readonly FileDescriptor[]): string[] {
  return files.flatMap(({ name, service = [] }) =>
    service.flatMap((one) => one.method.filter(hasNoRight).map((rpc) => line(name, one, rpc.name))),
  );
}

function hasNoRight({ options }: ServiceDescriptor['method'][number]): boolean {
  const right = options?.['[capsule.v1.needs]'];
  return right === undefined || right === 'RIGHT_UNSPECIFIED';
}

function line(file: string, service: ServiceDescriptor, rpc: string): string {
  return `proto/${file}: ${service.name}.${rpc} has no right: add option (needs) = RIGHT_…`;
}
