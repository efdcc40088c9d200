/**
 * Told when work has come to a point where it may be cut short. Tests let the process die there, and
 * see that the next one finishes or undoes it.
 */
export type FaultPoint<Point extends string> = (point: Point) => void;
