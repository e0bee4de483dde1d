-- Whether the hidden link was one of our own mail, which nobody can invent.
ALTER TABLE honeypot_visits ADD COLUMN is_sealed BIGINT NOT NULL DEFAULT 0;
