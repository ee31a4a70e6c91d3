/** Which device `auto` takes, from what was measured on this machine, and why. */
import type { Device } from '../../api/types.ts';
import type { SpeedCase } from '../../engine/protocol.ts';

export interface DeviceChoice {
  /** null: there is none that may be chosen. */
  readonly device: string | null;
  /** For people: "5.2 ms a step against 38 ms on webgpu"; null where nothing was measured. */
  readonly times: string | null;
  /** A clause for people, with those times and when they were measured. */
  readonly why: string;
}

type Candidate = Pick<Device, 'name' | 'available' | 'automatic' | 'speed'>;

/**
 * The fastest of those that were measured. Nothing is assumed of a device that was not: until the one that needs no measurement was
 * measured too there is nothing to compare with, and it is taken.
 * @param devices fastest first, as far as that is known without measuring
 */
export function chooseDevice(devices: readonly Candidate[], size: SpeedCase): DeviceChoice {
  const candidates = devices.filter(({ available, automatic }) => available && automatic !== 'never');
  const usual = candidates.find(({ automatic }) => automatic === 'always');
  if (!usual) return { device: null, times: null, why: 'no device here may be chosen without being asked for' };
  const [fastest, next] = candidates
    .flatMap(({ name, speed }) => (speed ? [{ name, seconds: speed[size] ?? Infinity, at: speed.measuredAt }] : []))
    .sort((a, b) => a.seconds - b.seconds);
  if (!usual.speed || !fastest || fastest.seconds === Infinity) {
    return { device: usual.name, times: null, why: unmeasured(usual, candidates) };
  }
  const other = !next ? '' : next.seconds === Infinity ? 'too long to be timed' : ms(next.seconds);
  const times = `${ms(fastest.seconds)} a step${next ? ` against ${other} on ${next.name}` : ''}`;
  return { device: fastest.name, times, why: `${times} for a ${size} network, measured on ${dayOf(fastest.at)}` };
}

/** Both choices in a sentence, for people. */
export function describeChoices(small: DeviceChoice, large: DeviceChoice): string {
  if (small.device === large.device && (!small.times || !large.times))
    return `${small.device ?? 'none'}: ${small.why}.`;
  if (small.device === large.device) {
    return `${small.device}: ${small.times} for small networks, ${large.times} for large ones.`;
  }
  const each = ({ device, times, why }: DeviceChoice, size: string) =>
    `${device} for ${size} networks (${times ?? why})`;
  return `${each(small, 'small')}, ${each(large, 'large')}.`;
}

const dayOf = (at: number) =>
  new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

function unmeasured(usual: Candidate, candidates: readonly Candidate[]): string {
  const others = candidates.filter(({ name, automatic }) => name !== usual.name && automatic === 'measured');
  if (others.length === 0) return 'the fastest of those that work here';
  return `speed tests would tell whether ${others.map(({ name }) => name).join(' or ')} is faster`;
}

/** 0.0052 → "5.2 ms". */
export function ms(seconds: number): string {
  const value = seconds * 1000;
  return `${value < 100 ? Number(value.toPrecision(2)) : Math.round(value).toLocaleString('en')} ms`;
}
