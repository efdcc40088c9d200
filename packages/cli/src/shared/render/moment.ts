const pad = (number: number) => String(number).padStart(2, '0');

/** The local time of a moment, with its day where that is not today. */
export function formatMoment(ms: number, now: number): string {
  const moment = new Date(ms);
  const clock = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(pad).join(':');
  if (moment.toDateString() === new Date(now).toDateString()) return clock;
  return `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())} ${clock}`;
}
