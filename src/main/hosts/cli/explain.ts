/** What a schema has against the value of a flag, in a sentence. */
import type { z } from 'zod';

/** @param given the flag and its value, as the person wrote them */
export function explainIssue(issue: z.core.$ZodIssue, given: string): string {
  if (issue.code === 'too_small' && issue.origin !== 'string') {
    return `${given}: it must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}.`;
  }
  if (issue.code === 'too_big' && issue.origin !== 'string') {
    return `${given}: it must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}.`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'int') return `${given}: it must be a whole number.`;
  return `${given}: ${issue.message.replace(/\.$/, '')}.`;
}

/** "maxSteps" → "--max-steps". */
export function flagName(option: string): string {
  return '--' + option.replace(/[A-Z]/g, (letter) => '-' + letter.toLowerCase());
}
