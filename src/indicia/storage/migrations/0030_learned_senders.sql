-- How soon the mail of each domain is clicked, packed, see detection/reader_pace.py.
CREATE TABLE learned_paces (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    changed_at DOUBLE PRECISION NOT NULL,
    slots {bytes} NOT NULL
);
CREATE INDEX learned_paces_by_age ON learned_paces (changed_at);

-- What follows each domain's mail, in place of the tallies of that kind, see detection/learning/mixes.py.
CREATE TABLE learned_mixes (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    mails DOUBLE PRECISION NOT NULL,
    trapped DOUBLE PRECISION NOT NULL,
    swept DOUBLE PRECISION NOT NULL,
    swept_trapped DOUBLE PRECISION NOT NULL,
    returns DOUBLE PRECISION NOT NULL,
    counted_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX learned_mixes_by_age ON learned_mixes (counted_at);
DELETE FROM learned_tallies WHERE kind = 'sender';
