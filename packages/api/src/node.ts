/** The API for clients that run on Node. */
export * from './calls/call-trace.ts';
export * from './frame/frame-stream.ts';
export * from './frame/volume-frame.ts';
export * from './http2/widen-window.ts';
export * from './node/bulk/open-bulk.ts';
export * from './node/connect-capsule.ts';
export * from './node/parse-target.ts';
