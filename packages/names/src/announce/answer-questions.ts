import type { Answer, Question } from 'dns-packet';
import type { ServiceRecords } from './service-records.ts';

export interface ServiceAnswer {
  readonly answers: readonly Answer[];
  /** Records that the client would ask for next. */
  readonly additionals: readonly Answer[];
}

/** More of them are no question of a browser. */
const QUESTIONS_MAX = 16;

/** Undefined where no question is about this capsule. */
export function answerQuestions(
  questions: readonly Question[],
  { types, pointer, server, text, addresses }: ServiceRecords,
): ServiceAnswer | undefined {
  const all = [types, pointer, server, text, ...addresses];
  const answers = all.filter((record) =>
    questions.slice(0, QUESTIONS_MAX).some((question) => isAsked(question, record)),
  );
  if (answers.length === 0) return undefined;
  const hasPointer = answers.includes(pointer);
  const more = hasPointer ? [server, text, ...addresses] : [];
  return { answers, additionals: more.filter((record) => !answers.includes(record)) };
}

function isAsked({ name, type }: Question, record: Answer): boolean {
  const isSameType = type === record.type || (type as string) === 'ANY';
  return isSameType && name.toLowerCase() === record.name.toLowerCase();
}
