-- One row per accepted submission. options and content are MessagePack, see messages/model.py. content comes last so
-- that SQLite reads the other columns without it, and is emptied once nobody needs it any more.
CREATE TABLE messages (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    message_id TEXT NOT NULL,
    submitted_at DOUBLE PRECISION NOT NULL,
    deliver_at DOUBLE PRECISION NOT NULL,
    size_bytes BIGINT NOT NULL,
    headers {bytes} NOT NULL,
    options {bytes} NOT NULL,
    content {bytes}
);
CREATE UNIQUE INDEX messages_by_message_id ON messages (domain_id, message_id);
CREATE INDEX messages_by_age ON messages (submitted_at);

-- One row per recipient: what is delivered, retried and reported. address is as mailed, canonical as compared.
CREATE TABLE recipients (
    id {id},
    message_id BIGINT NOT NULL REFERENCES messages (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    address TEXT NOT NULL,
    canonical TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    settled_at DOUBLE PRECISION,
    variables {bytes}
);
CREATE INDEX recipients_of_message ON recipients (message_id);
CREATE INDEX recipients_by_address ON recipients (domain_id, canonical);

-- Large parts lie as files under their SHA-256. A file that no row names is left over from a submission that failed.
CREATE TABLE message_blobs (
    digest TEXT NOT NULL,
    message_id BIGINT NOT NULL REFERENCES messages (id),
    PRIMARY KEY (digest, message_id)
);
CREATE INDEX message_blobs_of_message ON message_blobs (message_id);

-- Requests that are recognised when they come again are not only those for verdicts any more.
ALTER TABLE detection_repeats RENAME TO repeats;
ALTER TABLE repeats RENAME COLUMN request_id TO answer;
UPDATE repeats SET repeat_key = 'verdicts by ' || repeat_key;

-- The event log. uid is what customers know an event by, data its event-data as JSON.
CREATE TABLE events (
    id {id},
    uid TEXT NOT NULL UNIQUE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    type TEXT NOT NULL,
    severity TEXT NOT NULL,
    happened_at DOUBLE PRECISION NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    callback_url TEXT,
    data {bytes} NOT NULL
);
CREATE INDEX events_of_domain ON events (domain_id, id);
CREATE INDEX events_of_recipient ON events (domain_id, recipient, id);
CREATE INDEX events_of_message ON events (domain_id, message_id, id);
CREATE INDEX events_by_age ON events (happened_at);

-- Which URLs get a domain's events of which type. position keeps the order in which they were given.
CREATE TABLE webhook_subscriptions (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    type TEXT NOT NULL,
    position BIGINT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (domain_id, type, position)
);

-- Who must not be mailed by a domain any more, one row for each reason.
CREATE TABLE suppressions (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    canonical TEXT NOT NULL,
    type TEXT NOT NULL,
    address TEXT NOT NULL,
    error TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (domain_id, canonical, type)
);

-- Messages per seconds that a domain may send, and what becomes of identical submissions.
ALTER TABLE domains ADD COLUMN limit_messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domains ADD COLUMN limit_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domains ADD COLUMN repeat_seconds BIGINT NOT NULL DEFAULT 60;
ALTER TABLE domains ADD COLUMN relay_sealed {bytes};
