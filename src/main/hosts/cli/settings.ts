/** `--set path=value`: settings that no flag says, by their path in a run's configuration. */
import { UsageError } from './errors.ts';

/**
 * A copy with the settings changed. The value is JSON, or else a text; an empty one leaves the setting out.
 * @param settings each "training.schedule.factor=0.97"
 * @throws UsageError for what is no setting; whether the value will do, the configuration's schema says
 */
export function withSettings(config: object, settings: readonly string[]): object {
  const changed = structuredClone(config);
  for (const setting of settings) {
    const [, path, text] = /^([A-Za-z]+(?:\.[A-Za-z]+)*)=(.*)$/su.exec(setting) ?? [];
    if (path === undefined || text === undefined) {
      throw new UsageError(
        `--set ${setting}: write it as path=value, as in --set training.schedule.factor=0.97. config.json of an export shows the paths.`,
      );
    }
    change(changed as Settings, path.split('.'), text, setting);
  }
  return changed;
}

interface Settings {
  [name: string]: unknown;
}

function change(settings: Settings, path: readonly string[], text: string, setting: string): void {
  const last = path.at(-1)!;
  let at = settings;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (typeof next !== 'object' || next === null || Array.isArray(next)) {
      throw new UsageError(`--set ${setting}: there is no setting "${name}" here that has others in it.`);
    }
    at = next as Settings;
  }
  if (text === '') delete at[last];
  else at[last] = parsed(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
