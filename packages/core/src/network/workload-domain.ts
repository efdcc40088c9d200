/** The domain of the names of workloads. */
export const WORKLOAD_DOMAIN = 'capsule.internal';
