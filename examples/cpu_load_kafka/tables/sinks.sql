-- (a) readings above 80
CREATE TABLE cpu_load_high (
  hostname    STRING,
  cpu         STRING,
  usage       DOUBLE,
  occurred_at BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'cpu_load_high',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'cpu_load',
  'format' = 'json'
);

-- (b) average and highest load in windows of 30 seconds
CREATE TABLE cpu_load_30s (
  window_start TIMESTAMP(3),
  window_end   TIMESTAMP(3),
  hostname     STRING,
  cpu          STRING,
  average      DOUBLE,
  highest      DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'cpu_load_30s',
  'properties.bootstrap.servers' = '${env:KAFKA_BOOTSTRAP_SERVERS}',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = 'cpu_load',
  'format' = 'json'
);

-- (c) readings per host so far
CREATE TABLE cpu_load_count (
  hostname STRING,
  readings BIGINT,
  PRIMARY KEY (hostname) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = '${env:POSTGRES_JDBC_URL}',
  'username' = '${env:POSTGRES_USER}',
  'table-name' = 'cpu_load_count'
);
