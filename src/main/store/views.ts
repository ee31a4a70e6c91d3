/** Rows of `views`: comparisons that were saved under a name. */
import type { Database, Statement } from 'better-sqlite3';
import { savedViewSchema, type SavedView } from '../../api/views.ts';

interface Row {
  id: string;
  name: string;
  created_at: number;
  state: string;
}

export class ViewTable {
  readonly #put: Statement<[Row]>;
  readonly #list: Statement<[], Row>;
  readonly #remove: Statement<[string]>;

  constructor(database: Database) {
    this.#put = database.prepare(
      `INSERT INTO views (id, name, created_at, state) VALUES (@id, @name, @created_at, @state)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state`,
    );
    this.#list = database.prepare('SELECT * FROM views ORDER BY created_at, id');
    this.#remove = database.prepare('DELETE FROM views WHERE id = ?');
  }

  /** Adds a view, or replaces the one of this id. */
  put(view: SavedView): void {
    const { id, name, createdAt, state } = view;
    this.#put.run({ id, name, created_at: createdAt, state: JSON.stringify(state) });
  }

  /** Oldest first. One that this program cannot read is left out. */
  list(): SavedView[] {
    return this.#list.all().flatMap(({ id, name, created_at, state }) => {
      const view = savedViewSchema.safeParse({ id, name, createdAt: created_at, state: JSON.parse(state) as unknown });
      return view.success ? [view.data] : [];
    });
  }

  remove(id: string): void {
    this.#remove.run(id);
  }
}
