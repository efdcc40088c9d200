import { create } from '@bufbuild/protobuf';
import { hostAddressOf, type PortMapping, type Problem, type Protocol } from '@capsule/core';
import {
  PortMappingSchema,
  type PortMapping as WirePortMapping,
} from '../../gen/capsule/v1/workload_pb.ts';
import { refuseUnknown } from '../refuse-unknown.ts';

export function portToProto(port: PortMapping): WirePortMapping {
  return create(PortMappingSchema, { ...port });
}

/**
 * Adds problems for values that the wire allows and the capsule does not support. The rules of a spec
 * check whether the numbers are valid ports.
 */
export function portFromProto(
  port: WirePortMapping,
  path: string,
  problems: Problem[],
): PortMapping {
  problems.push(...refuseUnknown(port, path));
  if (port.hostPort === 0) {
    problems.push({
      path: `${path}.hostPort`,
      message: 'the capsule cannot choose a port',
      hint: 'set a port from 1 to 65535',
    });
  }
  const protocol = port.protocol === '' ? 'tcp' : port.protocol;
  if (!isProtocol(protocol)) {
    problems.push({
      path: `${path}.protocol`,
      message: `${JSON.stringify(port.protocol)} is not a protocol`,
      hint: 'use tcp or udp',
    });
  }
  return {
    containerPort: port.containerPort,
    hostPort: port.hostPort,
    protocol: isProtocol(protocol) ? protocol : 'tcp',
    ...hostAddressOf(port.hostAddress),
  };
}

function isProtocol(value: string): value is Protocol {
  return value === 'tcp' || value === 'udp';
}
