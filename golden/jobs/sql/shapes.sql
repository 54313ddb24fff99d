-- Operators beyond calc: union, cascaded windows, processing time, retraction, metadata, literal rows.
CREATE TABLE bid (
  auction BIGINT NOT NULL,
  price DECIMAL(23, 3),
  channel VARCHAR(20),
  topic STRING METADATA VIRTUAL,
  `offset` BIGINT METADATA FROM 'offset' VIRTUAL,
  ts TIMESTAMP(3),
  proc AS PROCTIME(),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'topic' = 'bid', 'format' = 'json');

CREATE TABLE account (
  id BIGINT,
  city STRING,
  balance DECIMAL(12, 2),
  PRIMARY KEY (id) NOT ENFORCED
) WITH ('connector' = 'values', 'data-id' = 'accounts', 'changelog-mode' = 'I,UB,UA,D');

CREATE TABLE cities (city STRING, accounts BIGINT, richest DECIMAL(12, 2), PRIMARY KEY (city) NOT ENFORCED)
WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://localhost/x', 'table-name' = 'cities');

CREATE TABLE hot (window_end TIMESTAMP(3), auctions BIGINT, bids BIGINT)
WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'topic' = 'hot', 'format' = 'json');

CREATE TABLE log (auction BIGINT, what STRING) WITH ('connector' = 'print');
CREATE TABLE busy (window_start TIMESTAMP(3), bids BIGINT) WITH ('connector' = 'print');

CREATE VIEW per_auction AS
SELECT window_start, window_end, window_time, auction, COUNT(*) AS bids
FROM TABLE(HOP(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, window_time, auction;

EXECUTE STATEMENT SET BEGIN
INSERT INTO cities
SELECT city, COUNT(*), MAX(balance) FROM account WHERE balance > 0 GROUP BY city;

INSERT INTO hot
SELECT window_end, COUNT(DISTINCT auction), SUM(bids) FROM per_auction GROUP BY window_start, window_end;

INSERT INTO busy
SELECT window_start, COUNT(*)
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(proc), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end;

INSERT INTO log
SELECT auction, channel FROM bid WHERE `offset` > 10
UNION ALL
SELECT auction, topic FROM bid
UNION ALL
SELECT * FROM (VALUES (1, 'start'), (2, NULL)) AS v (auction, what);

INSERT INTO log SELECT auction, CASE WHEN price > 1 THEN UPPER(channel) END FROM bid;
INSERT INTO log SELECT DISTINCT auction, UPPER(channel) FROM bid;
END;
