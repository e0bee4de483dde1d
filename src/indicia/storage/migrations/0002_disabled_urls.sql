-- Webhook URLs whose receivers answered 410. Deliveries to them become dead letters until they are enabled again.

CREATE TABLE disabled_urls (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    disabled_at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (account_id, url)
);
