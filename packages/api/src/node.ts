/** Clients of a program that runs on Node. */
export * from './frame/volume-frame.ts';
export * from './http2/widen-window.ts';
export * from './node/connect-capsule.ts';
export * from './node/parse-target.ts';
