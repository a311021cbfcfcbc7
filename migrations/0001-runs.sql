-- Runs, what is kept of each, and the small documents that belong to none. Texts are kept as bytes: they may hold any character.

CREATE TABLE quantgate_runs (
  id text COLLATE "C" PRIMARY KEY,
  -- Order in which runs were made.
  made bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- A run without a manifest is none yet.
  begun boolean NOT NULL,
  -- Parts are taken no more.
  sealed boolean NOT NULL DEFAULT false,
  -- Who took it for writing last; the lock itself is the session's.
  writer text,
  -- The run in a list as JSON, and what lists are filtered by.
  card bytea,
  status text,
  overall text,
  schedule text,
  submitted_by text,
  models text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX quantgate_runs_models ON quantgate_runs USING gin (models);
CREATE INDEX quantgate_runs_status ON quantgate_runs (status, made);
CREATE INDEX quantgate_runs_schedule ON quantgate_runs (schedule, made) WHERE schedule IS NOT NULL;

CREATE TABLE quantgate_documents (
  run text COLLATE "C" REFERENCES quantgate_runs ON DELETE CASCADE,
  name text,
  body bytea NOT NULL,
  PRIMARY KEY (run, name)
);

-- Lines of the append-only streams. A line's position is the number of bytes before it, as in a file.
CREATE TABLE quantgate_lines (
  run text COLLATE "C" REFERENCES quantgate_runs ON DELETE CASCADE,
  stream text,
  position bigint,
  line bytea NOT NULL,
  PRIMARY KEY (run, stream, position)
);

-- What many processes write of one run, each part at most once.
CREATE TABLE quantgate_parts (
  run text COLLATE "C" REFERENCES quantgate_runs ON DELETE CASCADE,
  name text,
  body bytea NOT NULL,
  PRIMARY KEY (run, name)
);

CREATE TABLE quantgate_shelves (
  shelf text,
  name text COLLATE "C",
  body bytea NOT NULL,
  PRIMARY KEY (shelf, name)
);
