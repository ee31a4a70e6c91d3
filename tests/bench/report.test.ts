import { describe, expect, it } from 'vitest';
import { agrees, median, page, reaches, table } from '../../bench/tasks/report.mjs';
import { tasks } from '../../bench/tasks/tasks.mjs';

type Result = Parameters<typeof agrees>[0];
type Task = Parameters<typeof reaches>[0];

const runs = (...values: number[]) => values.map((value, i) => ({ seed: i + 1, value, steps: 1000, seconds: 12.4 }));
const result = (unroll: number[], torch: number[]): Result => ({
  ...{ unroll: runs(...unroll), torch: runs(...torch), lockstep: 3.4e-7, samples: [] },
  where: { date: '2026-01-02', commit: 'abc', processor: 'a processor', unroll: 'native', torch: '1.13' },
});
const taskNamed = (name: string): Task => tasks.find((task) => task.name === name)!;

describe('the report of bench:tasks', () => {
  it('takes the middle one, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('says whether a target is reached, in its direction, by the median', () => {
    expect(reaches(taskNamed('names'), result([0.7, 0.8, 0.9], []))).toBe(true);
    expect(reaches(taskNamed('names'), result([0.7, 0.79, 0.9], []))).toBe(false);
    expect(reaches(taskNamed('sines'), result([0.4], []))).toBe(true);
    expect(reaches(taskNamed('sines'), result([0.6], []))).toBe(false);
    expect(reaches(taskNamed('generate'), result([99], []))).toBe(true);
  });

  it('finds that two agree when their medians are no further apart than the seeds of either', () => {
    expect(agrees(result([0.8, 0.81, 0.82], [0.83, 0.83, 0.83]))).toBe(true);
    expect(agrees(result([0.8, 0.81, 0.82], [0.84, 0.84, 0.84]))).toBe(false);
    expect(agrees(result([0.8], []))).toBeNull();
  });

  it('writes one row for each task', () => {
    const rows = [{ task: taskNamed('names'), result: result([0.8, 0.812, 0.85], [0.7, 0.75, 0.76]) }];
    const [, , row, ...rest] = table(rows).split('\n');
    expect(rest).toEqual([]);
    expect(row).toContain('| ≥ 80.0 % | 81.2 % (80.0 … 85.0) | 75.0 % (70.0 … 76.0) | **no** | 3e-7 | 1,000 |');
    expect(row).toMatch(/\| 12 s \|$/);
  });

  it('names places where they differ', () => {
    const rows = [
      { task: taskNamed('names'), result: result([0.8], [0.8]) },
      {
        task: taskNamed('pos'),
        result: { ...result([0.9], [0.9]), where: { ...result([], []).where, commit: 'def' } },
      },
    ];
    expect(page(rows)).toContain('- `names`: 2026-01-02, commit abc');
    expect(page(rows)).toContain('- `pos`: 2026-01-02, commit def');
    expect(page(rows.slice(0, 1))).not.toContain('- `names`');
  });
});
