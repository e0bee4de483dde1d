-- Times are unix seconds. {id} and {bytes} are spelled by each engine.

CREATE TABLE accounts (
    id {id},
    name TEXT NOT NULL UNIQUE,
    created_at DOUBLE PRECISION NOT NULL
);

CREATE TABLE domains (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    bot_detection BIGINT NOT NULL,
    validation BIGINT NOT NULL,
    tracking BIGINT NOT NULL,
    seed_token TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    updated_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX domains_of_account ON domains (account_id);

-- Keys are found by their keyed hash and never stored themselves.
CREATE TABLE api_keys (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT REFERENCES domains (id),
    role TEXT NOT NULL,
    digest {bytes} NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    networks TEXT NOT NULL,
    expires_at DOUBLE PRECISION,
    revoked_at DOUBLE PRECISION,
    created_at DOUBLE PRECISION NOT NULL
);

-- The newest row of an account signs, and older ones sign beside it until retired_at.
CREATE TABLE signing_keys (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    sealed {bytes} NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    retired_at DOUBLE PRECISION
);
CREATE INDEX signing_keys_of_account ON signing_keys (account_id, id);

-- A leased job is one whose due_at lies in the future, so a crashed worker's job comes due again by itself.
CREATE TABLE jobs (
    id {id},
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    due_at DOUBLE PRECISION NOT NULL,
    attempts BIGINT NOT NULL,
    lease TEXT,
    payload {bytes} NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX jobs_due ON jobs (kind, lane, due_at);

-- Jobs that hung or killed their workers, kept for whoever looks into it.
CREATE TABLE dead_jobs (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    payload {bytes} NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    buried_at DOUBLE PRECISION NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX dead_jobs_by_age ON dead_jobs (buried_at);

-- What webhook receivers are owed, until it is delivered. A row has a job or is a dead letter, and these alone have
-- buried_at, reason and attempts. body comes last so that SQLite reads the other columns without it.
CREATE TABLE deliveries (
    id {id},
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    attempts BIGINT,
    buried_at DOUBLE PRECISION,
    reason TEXT,
    body {bytes} NOT NULL
);
CREATE INDEX dead_letters_by_age ON deliveries (buried_at) WHERE buried_at IS NOT NULL;

-- Webhook URLs whose last attempts failed, and those that get nothing until they are enabled again.
CREATE TABLE endpoint_troubles (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    failing_since DOUBLE PRECISION NOT NULL,
    failures BIGINT NOT NULL,
    disabled_at DOUBLE PRECISION,
    reason TEXT,
    PRIMARY KEY (account_id, url)
);

-- body holds the posted events, result one verdict for each.
CREATE TABLE detection_requests (
    id TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    is_single BIGINT NOT NULL,
    explained BIGINT NOT NULL,
    webhook_url TEXT,
    received_at DOUBLE PRECISION NOT NULL,
    completed_at DOUBLE PRECISION,
    body {bytes} NOT NULL,
    result {bytes}
);
CREATE INDEX detection_requests_by_age ON detection_requests (received_at);

-- What a client may post again without its being judged again.
CREATE TABLE detection_repeats (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    repeat_key TEXT NOT NULL,
    body_digest {bytes} NOT NULL,
    request_id TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (domain_id, repeat_key)
);
CREATE INDEX detection_repeats_by_age ON detection_repeats (expires_at);

CREATE TABLE honeypot_visits (
    id {id},
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    message_id TEXT NOT NULL,
    ip TEXT NOT NULL,
    uas TEXT NOT NULL,
    visited_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX honeypot_visits_by_age ON honeypot_visits (visited_at);
