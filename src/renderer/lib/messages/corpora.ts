export const corpora = {
  title: 'Corpora',
  removedOne: (name: string) => `Removed “${name}”`,
  removed: (n: number) => `Removed ${n} corpora`,
};
