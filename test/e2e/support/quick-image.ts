import { busyboxImage, ORDINARY_USER, type TestImage } from '@capsule/testkit';

/**
 * An image with a shell that sleeps, and ends immediately at a stop. It needs SIGKILL, because a shell as PID
 * 1 ignores other signals.
 */
export function quickImage(config: Readonly<Record<string, unknown>> = {}): Promise<TestImage> {
  return busyboxImage({
    User: ORDINARY_USER,
    Cmd: ['/bin/sleep', '1000000'],
    StopSignal: 'SIGKILL',
    ...config,
  });
}
