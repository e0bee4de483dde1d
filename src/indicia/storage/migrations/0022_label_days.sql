-- The day of the message, so that labels go when the results of its copies do.
ALTER TABLE message_labels ADD COLUMN sent_on BIGINT NOT NULL DEFAULT 0;
CREATE INDEX message_labels_by_day ON message_labels (sent_on);
