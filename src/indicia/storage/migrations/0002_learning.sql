-- What is learned over weeks. Recipients and networks are named by digests, never in the clear.

-- visits is packed, see detection/learning/trails.py
CREATE TABLE learned_trails (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    recipient BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    visits {bytes} NOT NULL,
    PRIMARY KEY (domain_id, recipient)
);
CREATE INDEX learned_trails_by_age ON learned_trails (last_at);

-- Up to which row each stream of what has happened is learned.
CREATE TABLE learned_positions (
    stream TEXT PRIMARY KEY,
    position TEXT NOT NULL
);

ALTER TABLE detection_requests ADD COLUMN wants_revisions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE detection_requests ADD COLUMN revised_at DOUBLE PRECISION;

-- Decayed evidence about one thing for one account, see detection/learning/tally.py. crowd, messages and seen_domains
-- are bit maps that count different things.
CREATE TABLE learned_tallies (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    digest BIGINT NOT NULL,
    kind TEXT NOT NULL,
    parent BIGINT NOT NULL,
    machines DOUBLE PRECISION NOT NULL,
    people DOUBLE PRECISION NOT NULL,
    crowd BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    seen_domains BIGINT NOT NULL,
    swept DOUBLE PRECISION NOT NULL,
    trapped DOUBLE PRECISION NOT NULL,
    counted_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (account_id, digest)
);
CREATE INDEX learned_tallies_by_age ON learned_tallies (counted_at);

-- What customers know about events, to be learned from once.
CREATE TABLE labels (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    event_id TEXT NOT NULL,
    is_bot BIGINT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    reported_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (domain_id, event_id)
);
CREATE INDEX labels_by_age ON labels (reported_at);
CREATE INDEX labels_pending ON labels (domain_id) WHERE state = 'pending';

-- The delays of the latest sweeps of each domain's mail, packed 32-bit floats.
CREATE TABLE learned_offsets (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    delays {bytes} NOT NULL
);
