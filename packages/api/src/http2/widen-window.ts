import type { Http2Session } from 'node:http2';

/**
 * The data that may be in transit while one side waits for its disk. HTTP/2's default of 64 KiB halves
 * the speed of image pushes and log streams.
 */
export const WINDOW_BYTES = 4 * 1024 * 1024;

/** HTTP/2's default frame of 16 KiB would split one write into sixteen frames. */
export const WIDE_SETTINGS = { initialWindowSize: WINDOW_BYTES, maxFrameSize: 256 * 1024 };

/**
 * Widens the receive window of a connection. Its streams have windows of their own: set `WIDE_SETTINGS`
 * where the connection or the server is made.
 */
export function widenWindow(session: Http2Session): void {
  session.setLocalWindowSize(WINDOW_BYTES);
}
