/** What PID 1 keeps alive, in start order. The format is documented with capsule-init. */
export const serviceTable = ``;
