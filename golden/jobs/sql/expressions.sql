-- What expressions become: strict and lazy calls, nested fields, values that are made and values that are lent.
CREATE TABLE orders (
  id BIGINT NOT NULL,
  customer ROW<name STRING, address ROW<city STRING, zip INT>>,
  note STRING,
  price DECIMAL(10, 2),
  quantity INT,
  tags ARRAY<STRING>,
  ok BOOLEAN
) WITH ('connector' = 'datagen');

CREATE TABLE lines (
  id BIGINT,
  city STRING,
  label STRING,
  kind STRING,
  total DECIMAL(20, 2),
  again INT,
  is_large BOOLEAN,
  tags ARRAY<STRING>,
  pair ROW<a INT, b STRING>,
  first_tag STRING
) WITH ('connector' = 'print');

INSERT INTO lines
SELECT
  id,
  UPPER(customer.address.city),
  COALESCE(note, LOWER(customer.name), 'none'),
  CASE WHEN quantity > 100 THEN 'bulk' WHEN CAST(note AS INT) = 1 THEN note ELSE UPPER(note) END,
  CAST(price * quantity AS DECIMAL(20, 2)),
  quantity + 1,
  ok AND (price > 10 OR CAST(note AS INT) > 5),
  tags,
  ROW(quantity, SUBSTRING(note, 2, 3)),
  tags[1]
FROM orders
WHERE ok IS NOT FALSE AND (note IS NULL OR note LIKE 'a%') AND id BETWEEN 1 AND 1000000;
