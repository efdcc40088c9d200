import type { PortListener, PortListeners } from '@capsule/core';

/** Programs in the capsule's own network; tests start and end them by changing the list. */
export class FakePortListeners implements PortListeners {
  readonly programs: PortListener[] = [];

  find(ports: ReadonlySet<string>): readonly PortListener[] {
    return this.programs.filter(({ port, protocol }) => ports.has(`${port}/${protocol}`));
  }
}
