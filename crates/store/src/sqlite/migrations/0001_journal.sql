-- Cases, their entries and their evidence. Rows of events and evidence are never changed.
CREATE TABLE cases (
    year      INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    public    BLOB    NOT NULL,
    entries   INTEGER NOT NULL,
    head      BLOB    NOT NULL,
    blobs     INTEGER NOT NULL,
    evidence  BLOB    NOT NULL,
    signature BLOB    NOT NULL,
    PRIMARY KEY (year, number)
) STRICT;

CREATE TABLE tombstones (
    year      INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    signature BLOB    NOT NULL,
    PRIMARY KEY (year, number),
    FOREIGN KEY (year, number) REFERENCES cases (year, number)
) STRICT;

CREATE TABLE events (
    year     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    sealed   BLOB    NOT NULL,
    digest   BLOB    NOT NULL,
    evidence BLOB    NOT NULL,
    previous BLOB    NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (year, number, seq),
    FOREIGN KEY (year, number) REFERENCES cases (year, number)
) STRICT;

CREATE TABLE evidence (
    year     INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    address  BLOB    NOT NULL,
    sealed   BLOB    NOT NULL,
    previous BLOB    NOT NULL,
    hash     BLOB    NOT NULL,
    PRIMARY KEY (year, number, ordinal),
    UNIQUE (year, number, address),
    FOREIGN KEY (year, number) REFERENCES cases (year, number)
) STRICT;

CREATE TABLE leases (
    year    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    holder  TEXT    NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (year, number),
    FOREIGN KEY (year, number) REFERENCES cases (year, number)
) STRICT;

-- Against our own mistakes; who edits on purpose drops them, and the chain tells.
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence is never removed'); END;

PRAGMA user_version = 1;
