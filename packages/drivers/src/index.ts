export { BridgeNetwork, type BridgeNetworkOptions } from './bridge/bridge-network.ts';
export { networkError } from './bridge/errors.ts';
