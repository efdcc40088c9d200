/** The remedy for a field that a later version of the capsule brings. */
export const LATER_FIELD = 'remove it: this version of the capsule does not support it yet';
