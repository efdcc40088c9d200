import { busyboxImage, ORDINARY_USER, type TestImage } from '@capsule/testkit';

/**
 * An image with a shell that does nothing for a long time, and ends at once when it is asked to: a
 * shell as the first process of a container ignores polite signals.
 */
export function quickImage(config: Readonly<Record<string, unknown>> = {}): Promise<TestImage> {
  return busyboxImage({
    User: ORDINARY_USER,
    Cmd: ['/bin/sleep', '1000000'],
    StopSignal: 'SIGKILL',
    ...config,
  });
}
