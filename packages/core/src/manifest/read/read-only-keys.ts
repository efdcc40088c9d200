/** Fields that `get -o yaml` adds for people; apply reads over it (documented in the reference). */
export const READ_ONLY_KEYS = ['status', 'generation', 'uid', 'createdAt', 'desiredState'] as const;
