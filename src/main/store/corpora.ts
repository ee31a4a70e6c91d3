/** Rows of `corpora`. */
import type { Database, Statement } from 'better-sqlite3';
import type { Corpus } from '../../api/types.ts';

/** A corpus as stored; whether its file is there is found out when asked (services/corpora.ts). */
export type CorpusRecord = Omit<Corpus, 'missing'> & { readonly sourceBytes: number };

interface Row {
  id: string;
  name: string;
  created_at: number;
  deleted_at: number | null;
  source: string;
  sha256: string;
  encoding: string;
  encoding_from: Corpus['encodingFrom'];
  source_bytes: number;
  bytes: number;
  characters: number;
  lines: number;
  words: number;
  distinct_characters: number;
  replaced: number;
  frequent_characters: string;
  frequent_words: string;
}

export class CorpusTable {
  readonly #insert: Statement<[Row]>;
  readonly #get: Statement<[string], Row>;
  readonly #list: Statement<[], Row>;
  readonly #deleted: Statement<[], Row>;
  readonly #byText: Statement<[string], Row>;
  readonly #rename: Statement<[string, string]>;
  readonly #setDeleted: Statement<[number | null, string]>;
  readonly #purge: Statement<[string]>;
  readonly #textUsed: Statement<[{ hash: string }], number>;

  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO corpora (id, name, created_at, deleted_at, source, sha256, encoding, encoding_from, source_bytes, bytes,
        characters, lines, words, distinct_characters, replaced, frequent_characters, frequent_words)
      VALUES (@id, @name, @created_at, @deleted_at, @source, @sha256, @encoding, @encoding_from, @source_bytes, @bytes,
        @characters, @lines, @words, @distinct_characters, @replaced, @frequent_characters, @frequent_words)`);
    this.#get = database.prepare('SELECT * FROM corpora WHERE id = ?');
    this.#list = database.prepare('SELECT * FROM corpora WHERE deleted_at IS NULL ORDER BY created_at DESC, id');
    this.#deleted = database.prepare('SELECT * FROM corpora WHERE deleted_at IS NOT NULL');
    this.#byText = database.prepare(
      'SELECT * FROM corpora WHERE sha256 = ? AND deleted_at IS NULL ORDER BY created_at, id',
    );
    this.#rename = database.prepare('UPDATE corpora SET name = ? WHERE id = ?');
    this.#setDeleted = database.prepare('UPDATE corpora SET deleted_at = ? WHERE id = ?');
    this.#purge = database.prepare('DELETE FROM corpora WHERE id = ?');
    this.#textUsed = database
      .prepare<[{ hash: string }], number>(
        `SELECT EXISTS (SELECT 1 FROM corpora WHERE sha256 = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE corpus_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE valid_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE test_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE target_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE valid_target_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE test_target_hash = @hash)
             OR EXISTS (SELECT 1 FROM runs WHERE vectors_hash = @hash)`,
      )
      .pluck();
  }

  insert(corpus: CorpusRecord): void {
    this.#insert.run({
      id: corpus.id,
      name: corpus.name,
      created_at: corpus.createdAt,
      deleted_at: corpus.deletedAt,
      source: corpus.source,
      sha256: corpus.sha256,
      encoding: corpus.encoding,
      encoding_from: corpus.encodingFrom,
      source_bytes: corpus.sourceBytes,
      bytes: corpus.bytes,
      characters: corpus.characters,
      lines: corpus.lines,
      words: corpus.words,
      distinct_characters: corpus.distinctCharacters,
      replaced: corpus.replaced,
      frequent_characters: JSON.stringify(corpus.frequentCharacters),
      frequent_words: JSON.stringify(corpus.frequentWords),
    });
  }

  get(id: string): CorpusRecord | null {
    const row = this.#get.get(id);
    return row ? fromRow(row) : null;
  }

  /** Those that are not deleted, newest first. */
  list(): CorpusRecord[] {
    return this.#list.all().map(fromRow);
  }

  deleted(): CorpusRecord[] {
    return this.#deleted.all().map(fromRow);
  }

  /** Those with exactly this text, oldest first. */
  withText(sha256: string): CorpusRecord[] {
    return this.#byText.all(sha256).map(fromRow);
  }

  rename(id: string, name: string): void {
    this.#rename.run(name, id);
  }

  setDeleted(id: string, at: number | null): void {
    this.#setDeleted.run(at, id);
  }

  purge(id: string): void {
    this.#purge.run(id);
  }

  /** Does any corpus or run, deleted or not, still need the stored text? */
  isTextUsed(sha256: string): boolean {
    return this.#textUsed.get({ hash: sha256 }) === 1;
  }
}

function fromRow(row: Row): CorpusRecord {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
    source: row.source,
    sha256: row.sha256,
    encoding: row.encoding,
    encodingFrom: row.encoding_from,
    sourceBytes: row.source_bytes,
    bytes: row.bytes,
    characters: row.characters,
    lines: row.lines,
    words: row.words,
    distinctCharacters: row.distinct_characters,
    replaced: row.replaced,
    frequentCharacters: JSON.parse(row.frequent_characters) as Corpus['frequentCharacters'],
    frequentWords: JSON.parse(row.frequent_words) as Corpus['frequentWords'],
  };
}
