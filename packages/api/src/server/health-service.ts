import { once } from 'node:events';
import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import {
  type Health,
  HealthCheckResponse_ServingStatus as Status,
} from '../gen/grpc/health/v1/health_pb.ts';

/** The standard health service: register `service`, and set the state with `setServing`. */
export interface HealthService {
  readonly service: ServiceImpl<typeof Health>;
  setServing(serving: boolean): void;
}

/** Reports the state of the server as a whole (`""`) and of each of `services`. Not serving at first. */
export function createHealthService(services: readonly DescService[]): HealthService {
  const known = new Set(['', ...services.map(({ typeName }) => typeName)]);
  let status: Status = Status.NOT_SERVING;
  let change = Promise.withResolvers<void>();

  return {
    setServing(serving) {
      status = serving ? Status.SERVING : Status.NOT_SERVING;
      change.resolve();
      change = Promise.withResolvers();
    },
    service: {
      check({ service }) {
        if (known.has(service)) return { status };
        throw new ConnectError(`there is no service ${service}`, Code.NotFound);
      },
      async *watch({ service }, { signal }) {
        const ended = once(signal, 'abort');
        let sent: Status | undefined;
        while (!signal.aborted) {
          const changed = change.promise;
          const now = known.has(service) ? status : Status.SERVICE_UNKNOWN;
          if (now !== sent) yield { status: now };
          sent = now;
          await Promise.race([changed, ended]);
        }
      },
    },
  };
}
