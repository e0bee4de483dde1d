-- What was found out about addresses by asking, kept as long as Postfix keeps it. finding is MessagePack, see
-- validation/store.py. After fresh_until it is asked again, and until
-- expires_at it stands in for an answer that fails.
CREATE TABLE address_findings (
    canonical TEXT PRIMARY KEY,
    finding {bytes} NOT NULL,
    fresh_until DOUBLE PRECISION NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX address_findings_by_age ON address_findings (expires_at);

-- Which domains take every address, A-labels.
CREATE TABLE accept_all_domains (
    domain TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL
);

-- Many addresses at once. addresses is a JSON array and comes last, so that
-- polling reads only the counts.
CREATE TABLE validation_batches (
    id TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    webhook_url TEXT,
    explain BIGINT NOT NULL,
    total BIGINT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    completed_at DOUBLE PRECISION,
    addresses {bytes} NOT NULL
);
CREATE INDEX validation_batches_by_age ON validation_batches (created_at);

-- One row for each address that a batch is done with.
CREATE TABLE validation_answers (
    batch_id TEXT NOT NULL REFERENCES validation_batches (id),
    position BIGINT NOT NULL,
    answer {bytes} NOT NULL,
    PRIMARY KEY (batch_id, position)
);

-- On such a domain nobody is asked: local parts decide.
ALTER TABLE domains ADD COLUMN validation_sandbox BIGINT NOT NULL DEFAULT 0;
