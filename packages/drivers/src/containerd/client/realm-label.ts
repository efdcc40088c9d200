/** The label of a namespace that capsuled made; its value is the realm. */
export const REALM_LABEL = 'capsule';
