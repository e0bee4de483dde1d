-- One row per SMTP attempt whose outcome is kept. A row is `uncertain` from just before the end of the message is sent
-- until its outcome is stored: one that is found so was interrupted there, and the receiver may have the message.
CREATE TABLE attempts (
    id {id},
    recipient_id BIGINT NOT NULL REFERENCES recipients (id),
    number BIGINT NOT NULL,
    phase TEXT NOT NULL,
    started_at DOUBLE PRECISION NOT NULL,
    settled_at DOUBLE PRECISION,
    outcome TEXT,
    code BIGINT,
    enhanced TEXT,
    bounce_class TEXT,
    description TEXT,
    mx_host TEXT,
    mx_ip TEXT,
    tls TEXT,
    dialogue TEXT
);
CREATE INDEX attempts_of_recipient ON attempts (recipient_id, id);
CREATE INDEX attempts_by_age ON attempts (started_at);

-- What is still to be delivered, for those that expire while nothing can be attempted.
CREATE INDEX recipients_queued ON recipients (expires_at) WHERE state = 'queued';

-- Recipients' domains whose mail the operator holds back.
CREATE TABLE held_destinations (
    lane TEXT PRIMARY KEY,
    held_at DOUBLE PRECISION NOT NULL,
    reason TEXT NOT NULL
);

-- MTA-STS policies (RFC 8461) as fetched. Patterns are separated by spaces.
CREATE TABLE mta_sts_policies (
    domain TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    patterns TEXT NOT NULL,
    expires_at DOUBLE PRECISION NOT NULL
);
