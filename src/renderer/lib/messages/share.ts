export const share = {
  action: 'Share as one file…',
  selected: 'Share as files',
  trains: 'Stop it, or wait until it has ended, to share it',
  written: (file: string, size: string) => `Wrote ${file} (${size})`,
  opened: (name: string) => `Opened “${name}”`,
  title: 'Trained elsewhere',
  corpusHere: (when: string, corpus: string) =>
    `Opened from a file (${when}). Its corpus, “${corpus}”, is here, so it can be trained further.`,
  corpusAway: (when: string, corpus: string) =>
    `Opened from a file (${when}). Its corpus, “${corpus}”, is not here. Look at it, compare it, try it; to train it further, import that very text.`,
  open: 'Open a shared run…',
};
