import { plural } from '../format.ts';
export const runs = {
  title: 'Runs',
  archived: (count: number) => `Archived ${plural(count, 'run')}`,
  unarchived: (count: number) => `Brought ${plural(count, 'run')} back from the archive`,
  deleted: (count: number) => `Deleted ${plural(count, 'run')}`,
};
