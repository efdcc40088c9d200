export { BridgeResponder, type BridgeResponderOptions } from './bridge-responder.ts';
export { dnsError } from './errors.ts';
