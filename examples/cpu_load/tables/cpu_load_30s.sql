CREATE TABLE cpu_load_30s (
  window_start TIMESTAMP(3),
  hostname     STRING,
  cpu          STRING,
  average      DOUBLE,
  highest      DOUBLE
) WITH (
  'connector' = 'print'
);
