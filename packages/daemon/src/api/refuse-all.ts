import type { CapsuleError } from '@capsule/core';
import type { ConnectRouter } from '@connectrpc/connect';

type Service = Parameters<ConnectRouter['service']>[0];

/** Answers every call of these services with the same error. */
export function refuseAll(
  router: ConnectRouter,
  services: readonly Service[],
  error: CapsuleError,
): void {
  const refuse = () => {
    throw error;
  };
  for (const service of services) {
    const calls = service.methods.map(({ localName }) => [localName, refuse]);
    router.service(service, Object.fromEntries(calls));
  }
}
