/** What is wrong with a number that was typed. */
export const fields = {
  missing: 'Enter a number.',
  notANumber: (typed: string, optional: boolean) =>
    `“${typed}” is not a number.${optional ? ' Leave it empty for none.' : ''}`,
  whole: (typed: string) => `“${typed}” is not a whole number.`,
  atLeast: (value: string) => `At least ${value}.`,
  above: (value: string) => `More than ${value}.`,
  atMost: (value: string) => `At most ${value}.`,
  below: (value: string) => `Less than ${value}.`,
};
