import type { Http2Session } from 'node:http2';

/**
 * While one side waits for its disk the other one goes on for this much. HTTP/2's default of 64 KiB halves
 * the speed of image pushes and log streams.
 */
export const WINDOW_BYTES = 4 * 1024 * 1024;

/** HTTP/2's default frame of 16 KiB makes sixteen of what one is enough for. */
export const WIDE_SETTINGS = { initialWindowSize: WINDOW_BYTES, maxFrameSize: 256 * 1024 };

/**
 * Widens the receive window of a connection. The windows of its streams are the other half: give
 * `WIDE_SETTINGS` where the connection or the server is made.
 */
export function widenWindow(session: Http2Session): void {
  session.setLocalWindowSize(WINDOW_BYTES);
}
