import { CHECK_SECTIONS, type CheckSection, isCheckSection } from '@capsule/core';
import { diagnosisError } from './errors.ts';

/** Fails with `DIAGNOSIS_SECTION_UNKNOWN`. Pure. */
export function checkSections(words: readonly string[]): readonly CheckSection[] {
  return words.map((section) => {
    if (isCheckSection(section)) return section;
    throw diagnosisError.SECTION_UNKNOWN({ section, sections: CHECK_SECTIONS.join(', ') });
  });
}
