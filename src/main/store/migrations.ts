/**
 * The schema, as the steps that lead to it. `migrations[n]` takes a database from version n to n + 1. A step that has been
 * released is never edited: a change is a new step at the end.
 */
import type { Database } from 'better-sqlite3';

export type Migration = (database: Database) => void;

const first: Migration = (database) =>
  database.exec(`
    CREATE TABLE corpora (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,          -- ms since 1970, as every *_at
      deleted_at INTEGER,
      source TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      encoding TEXT NOT NULL,
      encoding_from TEXT NOT NULL,
      source_bytes INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      characters INTEGER NOT NULL,
      lines INTEGER NOT NULL,
      words INTEGER NOT NULL,
      distinct_characters INTEGER NOT NULL,
      replaced INTEGER NOT NULL,
      frequent_characters TEXT NOT NULL CHECK (json_valid(frequent_characters)),
      frequent_words TEXT NOT NULL CHECK (json_valid(frequent_words))
    ) STRICT;
    CREATE INDEX corpora_by_text ON corpora (sha256);

    CREATE TABLE runs (
      key INTEGER PRIMARY KEY,              -- short, for the tables below
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('queued', 'preparing', 'running', 'paused', 'finished', 'stopped',
                                             'early-stopped', 'interrupted', 'failed')),
      message TEXT,
      config TEXT NOT NULL CHECK (json_valid(config)),
      corpus_name TEXT NOT NULL,
      corpus_hash TEXT NOT NULL,            -- the text itself: a corpus may be renamed or removed
      valid_hash TEXT,
      test_hash TEXT,
      tokens_key TEXT NOT NULL,             -- folder under tokens/
      seed INTEGER NOT NULL,
      vocabulary_size INTEGER,
      characters_per_token REAL,
      unknown_rate REAL,
      parameters INTEGER,
      memory_bytes INTEGER,
      device TEXT,
      device_detail TEXT,
      app_version TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      queued_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      elapsed REAL NOT NULL DEFAULT 0,      -- seconds of training
      step INTEGER NOT NULL DEFAULT 0,
      epoch REAL NOT NULL DEFAULT 0,
      steps_per_epoch REAL,
      total_steps INTEGER,
      train_loss REAL,                      -- losses: mean cross-entropy, nats
      valid_loss REAL,
      best_step INTEGER,
      best_loss REAL,
      test_loss REAL,
      tokens_per_second REAL,
      notes TEXT NOT NULL DEFAULT '',
      color INTEGER NOT NULL,
      archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
      deleted_at INTEGER
    ) STRICT;
    CREATE INDEX runs_listed ON runs (created_at, key) WHERE deleted_at IS NULL;
    CREATE INDEX runs_queued ON runs (queued_at, key) WHERE status = 'queued' AND deleted_at IS NULL;
    CREATE INDEX runs_active ON runs (status) WHERE status IN ('queued', 'preparing', 'running', 'paused');
    CREATE INDEX runs_deleted ON runs (deleted_at) WHERE deleted_at IS NOT NULL;
    CREATE INDEX runs_by_text ON runs (corpus_hash);
    CREATE INDEX runs_by_valid_text ON runs (valid_hash) WHERE valid_hash IS NOT NULL;
    CREATE INDEX runs_by_test_text ON runs (test_hash) WHERE test_hash IS NOT NULL;
    CREATE INDEX runs_by_tokens ON runs (tokens_key);

    CREATE TABLE metrics (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      loss REAL NOT NULL,
      grad_norm REAL NOT NULL,              -- before clipping
      learning_rate REAL NOT NULL,
      tokens_per_s REAL NOT NULL,
      elapsed REAL NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE evals (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      split TEXT NOT NULL CHECK (split IN ('valid', 'test')),
      epoch REAL NOT NULL,
      loss REAL NOT NULL,
      bits_per_character REAL NOT NULL,
      elapsed REAL NOT NULL,
      PRIMARY KEY (run, step, split)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE samples (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      text TEXT NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE log (
      key INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      at INTEGER NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX log_by_run ON log (run, key);

    CREATE TABLE checkpoints (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
      step INTEGER NOT NULL,
      file TEXT NOT NULL,                   -- name in runs/<id>/
      PRIMARY KEY (run, kind)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tags (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (run, tag)
    ) STRICT, WITHOUT ROWID;
  `);

/** Every task: its figures and details beside the loss, the further texts of its data, and configurations that name them. */
const everyTask: Migration = (database) =>
  database.exec(`
    CREATE TABLE evals_new (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      split TEXT NOT NULL CHECK (split IN ('valid', 'test')),
      epoch REAL NOT NULL,
      loss REAL NOT NULL,
      bits_per_character REAL,              -- language models
      figures TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(figures)),
      metrics TEXT CHECK (json_valid(metrics)), -- may be large: kept of few evaluations
      elapsed REAL NOT NULL,
      PRIMARY KEY (run, step, split)
    ) STRICT;
    INSERT INTO evals_new (run, step, split, epoch, loss, bits_per_character, elapsed)
      SELECT run, step, split, epoch, loss, bits_per_character, elapsed FROM evals ORDER BY run, step, split;
    DROP TABLE evals;
    ALTER TABLE evals_new RENAME TO evals;

    ALTER TABLE samples ADD COLUMN detail TEXT CHECK (json_valid(detail));

    ALTER TABLE runs ADD COLUMN target_hash TEXT;       -- pairs in two files: the text of the targets
    ALTER TABLE runs ADD COLUMN valid_target_hash TEXT;
    ALTER TABLE runs ADD COLUMN test_target_hash TEXT;
    ALTER TABLE runs ADD COLUMN vectors_hash TEXT;      -- word vectors
    ALTER TABLE runs ADD COLUMN valid_figures TEXT CHECK (json_valid(valid_figures));
    ALTER TABLE runs ADD COLUMN best_figures TEXT CHECK (json_valid(best_figures));
    ALTER TABLE runs ADD COLUMN test_figures TEXT CHECK (json_valid(test_figures));
    CREATE INDEX runs_by_target_text ON runs (target_hash) WHERE target_hash IS NOT NULL;
    CREATE INDEX runs_by_valid_target_text ON runs (valid_target_hash) WHERE valid_target_hash IS NOT NULL;
    CREATE INDEX runs_by_test_target_text ON runs (test_target_hash) WHERE test_target_hash IS NOT NULL;
    CREATE INDEX runs_by_vectors_text ON runs (vectors_hash) WHERE vectors_hash IS NOT NULL;

    UPDATE runs SET config = json_insert(config,
      '$.data', json('{"kind":"text"}'),
      '$.vectorsCorpus', NULL,
      '$.architecture.input', 'tokens',
      '$.architecture.bidirectional', json('false'),
      '$.architecture.dropoutKind', 'standard',
      '$.architecture.layerNorm', json('false'),
      '$.architecture.residual', json('false'),
      '$.architecture.pooling', 'last',
      '$.architecture.multilabel', json('false'),
      '$.architecture.predicts', 'class',
      '$.architecture.horizon', 1,
      '$.architecture.forecastAt', 'end',
      '$.architecture.attention', 'none',
      '$.architecture.score', 'general',
      '$.architecture.attentionSize', NULL,
      '$.architecture.decoderHidden', NULL,
      '$.architecture.labelEmbedding', NULL,
      '$.training.classWeights', 'none',
      '$.training.scheduledSampling', NULL);
  `);

/** Devices: how fast they are on this machine, and which of them a run was trained on. */
const devices: Migration = (database) =>
  database.exec(`
    CREATE TABLE device_speeds (
      device TEXT NOT NULL,
      adapter TEXT NOT NULL,                -- what it was on when it was measured: a changed machine is measured again
      measured_at INTEGER NOT NULL,
      small REAL,                           -- seconds of a training step of each network; NULL: too long to be timed
      large REAL,
      PRIMARY KEY (device, adapter)
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE runs ADD COLUMN device_history TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(device_history));
    UPDATE runs SET device_history = json_array(json_object('device', device, 'detail', device_detail, 'step', 0))
      WHERE device IS NOT NULL;
  `);

/** Comparing: curves at several resolutions (store/curves.ts fills them), the clock at each step, and saved views. */
const comparing: Migration = (database) =>
  database.exec(`
    ALTER TABLE metrics ADD COLUMN at INTEGER;
    CREATE TABLE curves (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      level INTEGER NOT NULL,
      name TEXT NOT NULL,                   -- of the column; store/buckets.ts
      chunk INTEGER NOT NULL,
      until INTEGER NOT NULL,               -- first step after it
      data BLOB NOT NULL,
      PRIMARY KEY (run, level, name, chunk)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE views (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (json_valid(state))
    ) STRICT;
  `);

/** Looking inside: what was looked at while a run trained, packed as api/inside.ts does. */
const looking: Migration = (database) =>
  database.exec(`
    CREATE TABLE live_looks (
      run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      look TEXT NOT NULL,
      PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;
  `);

/** Sharing: what a run that was not trained here knows of where it came from. */
const sharing: Migration = (database) =>
  database.exec('ALTER TABLE runs ADD COLUMN imported TEXT CHECK (json_valid(imported))');

/** Settings and origins that came with models and curves from elsewhere, and with mixed precision, as they were for runs before. */
const origins: Migration = (database) =>
  database.exec(`
    UPDATE runs SET config = json_insert(config, '$.precision', 'float32', '$.start', NULL);
    UPDATE runs SET imported = json_insert(imported, '$.file', NULL, '$.curves', NULL) WHERE imported IS NOT NULL;
  `);

export const migrations: readonly Migration[] = [first, everyTask, devices, comparing, looking, sharing, origins];
