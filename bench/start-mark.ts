/** Of the lines in which a machine tells one round of starts. */
export const START_MARK = '@start ';
