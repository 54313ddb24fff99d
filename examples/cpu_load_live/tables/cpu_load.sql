CREATE TABLE cpu_load (
  host  INT,
  usage DOUBLE,
  ts    TIMESTAMP_LTZ(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '100',
  'fields.host.min' = '1',
  'fields.host.max' = '4',
  'fields.usage.min' = '0',
  'fields.usage.max' = '100'
);
