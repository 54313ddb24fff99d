-- Averages per window into a log, counts per host into a keyed topic.
CREATE TABLE cpu (
  hostname STRING,
  cpu STRING,
  usage DOUBLE,
  time_ltz TIMESTAMP_LTZ(3),
  host AS UPPER(hostname),
  WATERMARK FOR time_ltz AS time_ltz - INTERVAL '10' SECOND
) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'topic' = 'cpu', 'format' = 'json');

CREATE TABLE cpu_avg (
  window_start TIMESTAMP(3),
  window_end TIMESTAMP(3),
  hostname STRING,
  average DOUBLE
) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'topic' = 'cpu_avg', 'format' = 'json');

CREATE TABLE cpu_high (
  hostname STRING,
  times BIGINT NOT NULL,
  PRIMARY KEY (hostname) NOT ENFORCED
) WITH ('connector' = 'upsert-kafka', 'properties.bootstrap.servers' = 'localhost:9092', 'topic' = 'cpu_high', 'key.format' = 'json', 'value.format' = 'json');

EXECUTE STATEMENT SET BEGIN
INSERT INTO cpu_avg
SELECT window_start, window_end, hostname, AVG(usage)
FROM TABLE(TUMBLE(TABLE cpu, DESCRIPTOR(time_ltz), INTERVAL '30' SECOND))
WHERE cpu = 'cpu0'
GROUP BY window_start, window_end, hostname;

INSERT INTO cpu_high
SELECT host, COUNT(*)
FROM cpu
WHERE usage > 80 AND cpu <> 'total'
GROUP BY host;
END;
