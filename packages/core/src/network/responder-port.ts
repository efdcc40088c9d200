/** The name server of cells and of the capsule: port 53 of the bridge's address. */
export const NAME_PORT = 53;

/**
 * Where the responder listens in truth; the packet filter leads `NAME_PORT` of the bridge's address
 * here. So a workload in host mode that is a name server itself can have port 53 of all addresses.
 */
export const RESPONDER_PORT = 20053;
