-- A delivery that a subscription owes names it by domain and topic. What was asked for by URL alone has neither.
ALTER TABLE deliveries ADD COLUMN domain_id BIGINT REFERENCES domains (id);
ALTER TABLE deliveries ADD COLUMN topic TEXT;

-- Customers read events by time. With the types in it, looking for rare ones reads the index alone.
DROP INDEX events_of_domain;
CREATE INDEX events_in_time ON events (domain_id, happened_at, id, type, severity);

-- When a domain's DNS records were last looked at, in unix seconds.
ALTER TABLE domains ADD COLUMN checked_at DOUBLE PRECISION NOT NULL DEFAULT 0;
