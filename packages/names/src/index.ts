export { type AnnouncerParts, ServiceAnnouncer } from './announce/service-announcer.ts';
export { BridgeResponder, type BridgeResponderOptions } from './bridge-responder.ts';
export { dnsError } from './errors.ts';
