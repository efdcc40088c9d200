/** The API for clients on the network: TLS, pins and tokens. */
export * from './code-proof/code-proof.ts';
export * from './remote/adoption-proof.ts';
export * from './remote/connect-remote.ts';
export * from './remote/dial.ts';
export * from './remote/fingerprint.ts';
export * from './remote/operator-key.ts';
export * from './remote/sign-calls.ts';
