-- When mail hosts are asked about addresses, for one minute: all processes on this store keep to one limit. site stands
-- for the hosts of a domain.
CREATE TABLE booked_questions (
    id {id},
    site TEXT NOT NULL,
    asked_at DOUBLE PRECISION NOT NULL
);
CREATE INDEX booked_questions_of_site ON booked_questions (site, asked_at);
CREATE INDEX booked_questions_by_age ON booked_questions (asked_at);
