-- Nearly all events are of two types, which are found at once by time. The others get an index that costs those nothing.
CREATE INDEX events_of_rare_types ON events (domain_id, type, happened_at, id)
    WHERE type NOT IN ('accepted', 'delivered');
