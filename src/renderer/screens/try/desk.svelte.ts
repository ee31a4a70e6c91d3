/** What a person is asking a run: what stands in the fields of its task, and the questions that follow from it. */
import type { ModelInput, PredictionRequest } from '../../../api/types.ts';
import type { AskApi } from '../../lib/client.ts';
import { tryOut as text } from '../../lib/messages/try.ts';
import { reason } from '../../lib/toasts.ts';
import { Asking, type Answer, type AskedRun } from './asking.svelte.ts';
import { labelOptions, translateOptions } from './options.svelte.ts';
import { cellNumber, csvOf, readRows } from './rows-text.ts';

export interface Questions {
  readonly inputs: readonly PredictionRequest[];
  /** Why what stands in the fields is no question yet; null also where nothing stands there. */
  readonly problem: string | null;
}

const nothing: Questions = { inputs: [], problem: null };

export class Desk {
  readonly run: AskedRun;
  readonly asking: Asking;
  readonly #api: AskApi;
  /** A text, or lines to translate. */
  text = $state('');
  /** What to generate for. */
  label = $state<string | null>(null);
  /** Rows of a series: those of its data, or as typed. */
  rowsFrom = $state<'data' | 'typed'>('data');
  typedRows = $state('');
  /** A row of a standard network, by column. */
  cells = $state<string[]>([]);
  #about = $state.raw<ModelInput | null>(null);
  #aboutProblem = $state.raw<string | null>(null);

  constructor(api: AskApi, run: AskedRun) {
    this.#api = api;
    this.run = run;
    this.asking = new Asking(api, run);
  }

  get task(): AskedRun['config']['architecture']['task'] {
    return this.run.config.architecture.task;
  }

  /** What the run can be asked; null until it is loaded. */
  get about(): ModelInput | null {
    return this.#about;
  }
  get aboutProblem(): string | null {
    return this.#aboutProblem;
  }

  readonly questions: Questions = $derived.by(() => this.#read());

  /** Finds out what the run can be asked, and begins with something of its data. */
  async load(): Promise<void> {
    this.#aboutProblem = null;
    try {
      const about = await this.#api.runs.modelInput({ id: this.run.id });
      this.#about = about;
      if (about.rows.length === 0) this.rowsFrom = 'typed';
      this.label ??= about.labels?.[0] ?? null;
      if (this.cells.length === 0) this.takeRow(about.rows[0] ?? about.inputColumns.map(() => ''));
    } catch (error) {
      this.#aboutProblem = reason(error);
    }
  }

  /** Asks what stands in the fields at once, and keeps the answer. */
  askNow(): void {
    const { inputs } = this.questions;
    if (inputs.length > 0) this.asking.askNow(inputs);
  }

  takeRow(row: readonly (number | string)[]): void {
    this.cells = row.map(String);
  }

  /** Goes back to an earlier answer: its question stands in the fields again. */
  take(answer: Answer): void {
    const [first] = answer.inputs;
    if (!first) return;
    if (first.kind === 'text') {
      this.text = answer.inputs.map((input) => (input.kind === 'text' ? input.text : '')).join('\n');
      translateOptions.take(first.translate ?? {});
    } else if (first.kind === 'label') {
      this.label = first.label;
      labelOptions.take(first.generate ?? {});
    } else if (this.task === 'standard') {
      this.takeRow(first.rows[0] ?? []);
    } else if (first.rows !== this.about?.rows) {
      this.rowsFrom = 'typed';
      this.typedRows = csvOf(this.about?.inputColumns ?? [], first.rows);
    } else this.rowsFrom = 'data';
    this.asking.show(answer);
  }

  #read(): Questions {
    switch (this.task) {
      case 'translation':
        return this.#linesToTranslate();
      case 'conditional-generation':
        return this.#labelToGenerateFor();
      case 'forecasting':
        return this.#series();
      case 'standard':
        return this.#row();
      default:
        return this.text.trim() === '' ? nothing : asked({ kind: 'text', text: this.text });
    }
  }

  #linesToTranslate(): Questions {
    const translate = translateOptions.values;
    if (!translate) return nothing;
    const lines = this.text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
    return { inputs: lines.map((line) => ({ kind: 'text', text: line, translate })), problem: null };
  }

  #labelToGenerateFor(): Questions {
    const generate = labelOptions.values;
    return generate && this.label !== null ? asked({ kind: 'label', label: this.label, generate }) : nothing;
  }

  #series(): Questions {
    const { about } = this;
    if (!about) return nothing;
    if (this.rowsFrom === 'data') return about.rows.length > 0 ? asked({ kind: 'rows', rows: about.rows }) : nothing;
    if (this.typedRows.trim() === '') return nothing;
    const { rows, problem } = readRows(this.typedRows, about.inputColumns, this.#decimal);
    if (problem !== null) return { inputs: [], problem };
    if (rows.length < about.window) return { inputs: [], problem: text.rows.tooFew(about.window, rows.length) };
    return asked({ kind: 'rows', rows: rows.map((row) => [...row]) });
  }

  #row(): Questions {
    const { about } = this;
    if (!about || this.cells.some((cell) => cell.trim() === '')) return nothing;
    const row = this.cells.map((cell) => cellNumber(cell, this.#decimal));
    const bad = row.findIndex(Number.isNaN);
    if (bad >= 0) return { inputs: [], problem: text.rows.noNumber(about.inputColumns[bad] ?? '', this.cells[bad]!) };
    return row.length > 0 ? asked({ kind: 'rows', rows: [row] }) : nothing;
  }

  /** How the run's data writes numbers. */
  get #decimal(): '.' | ',' {
    const { data } = this.run.config;
    return data.kind === 'numeric' ? data.decimal : '.';
  }
}

function asked(input: PredictionRequest): Questions {
  return { inputs: [input], problem: null };
}

const desks = new Map<string, Desk>();

/** The desk of a run: what stands on it stays there while the window is open. */
export function deskOf(api: AskApi, run: AskedRun): Desk {
  let desk = desks.get(run.id);
  if (!desk) {
    desk = new Desk(api, run);
    desks.set(run.id, desk);
    void desk.load();
  }
  return desk;
}
