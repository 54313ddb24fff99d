CREATE TABLE cpu_load_5s (
  window_start TIMESTAMP(3),
  host         INT,
  readings     BIGINT,
  average      DOUBLE,
  highest      DOUBLE
) WITH (
  'connector' = 'print'
);
