/** The API for servers, without the services themselves. */
export * from './code-proof/code-proof.ts';
export * from './frame/frame-stream.ts';
export * from './frame/volume-frame.ts';
export * from './http2/widen-window.ts';
export * from './server/edge/edge.ts';
export type * from './server/edge/limits.ts';
export * from './server/edge/listen-unix.ts';
export * from './server/edge/upgrade.ts';
export * from './server/health-service.ts';
export * from './server/reflection-service.ts';
