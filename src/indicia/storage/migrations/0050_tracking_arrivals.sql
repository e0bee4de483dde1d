-- Requests to tracking addresses as they came, a row for all that share a commit. hits is Zstandard
-- of MessagePack of tracking/model.py's Hit. They stay until they are handed to detection.
CREATE TABLE tracking_arrivals (
    id {id},
    hits {bytes} NOT NULL
);

-- Since then a row of tracking_hits is a hit that was handed to detection. event_id is what its interaction and its event
-- are known by.
ALTER TABLE tracking_hits ADD COLUMN event_id TEXT NOT NULL DEFAULT '';
DELETE FROM tracking_hits WHERE request_id IS NULL;
DROP TABLE tracking_position;
