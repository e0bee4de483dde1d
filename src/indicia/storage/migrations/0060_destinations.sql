-- What a sending domain's own mail has shown about a recipients' domain (A-labels), the latest of each kind. Mail that
-- went through a relay shows nothing and is not here. came_back counts mailboxes.
CREATE TABLE destinations (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    destination TEXT NOT NULL,
    took_at DOUBLE PRECISION,
    refused_at DOUBLE PRECISION,
    came_back BIGINT NOT NULL DEFAULT 0,
    came_back_at DOUBLE PRECISION,
    unreached_since DOUBLE PRECISION,
    unreached_at DOUBLE PRECISION,
    noted_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (domain_id, destination)
);
CREATE INDEX destinations_by_age ON destinations (noted_at);
