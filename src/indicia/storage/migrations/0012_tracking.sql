-- Every key there was, since a link in old mail names the one it was made with. number is that of the token's first byte.
CREATE TABLE tracking_keys (
    number BIGINT PRIMARY KEY,
    sealed {bytes} NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
);
