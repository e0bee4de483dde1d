-- Requests to tracking addresses, the time and the client of each. kind is open, click or hidden. One that was handed to
-- detection names its request and position there, and is_bot once it is judged. headers is JSON.
CREATE TABLE tracking_hits (
    id {id},
    recipient_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    happened_at DOUBLE PRECISION NOT NULL,
    ip TEXT NOT NULL,
    uas TEXT NOT NULL,
    method TEXT NOT NULL,
    headers TEXT NOT NULL,
    url TEXT NOT NULL,
    link_number BIGINT NOT NULL,
    link_class TEXT NOT NULL,
    request_id TEXT,
    position BIGINT,
    is_bot BIGINT
);
CREATE INDEX tracking_hits_of_request ON tracking_hits (request_id, position) WHERE request_id IS NOT NULL;

-- Up to which row hits were handed to detection. It has one row, or none at first.
CREATE TABLE tracking_position (
    only_row BIGINT PRIMARY KEY,
    handed_up_to BIGINT NOT NULL
);

-- A domain without a row has the defaults of tracking/model.py.
CREATE TABLE tracking_settings (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    has_host BIGINT NOT NULL,
    bot_events TEXT NOT NULL
);

-- What became of each recipient's copy. sent_on is its day, counted from 1970-01-01 in UTC.
CREATE TABLE copy_results (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    message_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sent_on BIGINT NOT NULL,
    provider TEXT NOT NULL,
    accepted BIGINT NOT NULL DEFAULT 0,
    delivered BIGINT NOT NULL DEFAULT 0,
    bounced BIGINT NOT NULL DEFAULT 0,
    suppressed BIGINT NOT NULL DEFAULT 0,
    opens BIGINT NOT NULL DEFAULT 0,
    human_opens BIGINT NOT NULL DEFAULT 0,
    clicks BIGINT NOT NULL DEFAULT 0,
    human_clicks BIGINT NOT NULL DEFAULT 0,
    unsubscribed BIGINT NOT NULL DEFAULT 0,
    complained BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (domain_id, message_id, recipient)
);
CREATE INDEX copy_results_by_day ON copy_results (domain_id, sent_on);

-- The tags and variables of messages that have results. kind is tag or variable, name is empty for tags.
CREATE TABLE message_labels (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (domain_id, message_id, kind, name, value)
);
CREATE INDEX message_labels_by_value ON message_labels (domain_id, kind, name, value);
