-- A key signs between signs_from and retired_at. public is the p= tag of its DNS record.
CREATE TABLE dkim_keys (
    id {id},
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    algorithm TEXT NOT NULL,
    selector TEXT NOT NULL,
    sealed {bytes} NOT NULL,
    public TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    signs_from DOUBLE PRECISION NOT NULL,
    retired_at DOUBLE PRECISION,
    UNIQUE (domain_id, selector)
);

-- One row for every version that is kept.
CREATE TABLE templates (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    saved_at DOUBLE PRECISION NOT NULL,
    size_bytes BIGINT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (domain_id, name, version)
);
