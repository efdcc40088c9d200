import { type ContainerSpec, containerSettings, SPEC_DEFAULTS } from '@capsule/core';

/** A container as the defaults of a manifest make it, in the network of the host; a test gives what it is about. */
export function plainContainer(
  given: Partial<ContainerSpec> & Pick<ContainerSpec, 'ref' | 'image'>,
): ContainerSpec {
  return {
    ...containerSettings(SPEC_DEFAULTS),
    role: 'root',
    command: [],
    args: [],
    env: {},
    hostname: given.ref.container,
    network: 'host',
    volumes: [],
    files: [],
    logPath: '/log',
    revision: '1',
    ...given,
  };
}
