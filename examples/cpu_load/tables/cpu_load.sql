-- One JSON object a line: {"hostname":"dopey","cpu":"cpu4","usage":98.33,"occurred_at":1633956789277}
CREATE TABLE cpu_load (
  hostname    STRING,
  cpu         STRING,
  usage       DOUBLE,
  occurred_at BIGINT,
  ts AS TO_TIMESTAMP_LTZ(occurred_at, 3),
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'data/cpu_load.jsonl',
  'format' = 'json'
);
