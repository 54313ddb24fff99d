CREATE TABLE cpu_load_stats_real (
  hostname    STRING,
  cpu         STRING,
  usage       DOUBLE,
  occurred_at BIGINT,
  ts AS TO_TIMESTAMP_LTZ(occurred_at, 3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'cpu_load_stats_real',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
