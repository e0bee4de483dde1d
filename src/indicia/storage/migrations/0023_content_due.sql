-- Looked through once a minute for content that nobody needs any more, and not for all that was ever emptied.
DROP INDEX messages_by_age;
CREATE INDEX messages_with_content ON messages (submitted_at) WHERE content IS NOT NULL;
