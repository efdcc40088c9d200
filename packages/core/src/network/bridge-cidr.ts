/** Range of the addresses of workloads, unless `bridge.cidr` of `capsuled.json` names another. */
export const DEFAULT_BRIDGE_CIDR = '172.20.254.0/24';
