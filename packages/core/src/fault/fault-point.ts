/**
 * Called at points where work may be interrupted. Tests kill the process there, and check that the next
 * process finishes or undoes the work.
 */
export type FaultPoint<Point extends string> = (point: Point) => void;
