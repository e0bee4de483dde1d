-- What learning needs of the event that a label is about, where it came with the label: MessagePack, see
-- detection/learning/model.py. Removed once it is learned.
ALTER TABLE labels ADD COLUMN facts {bytes};
