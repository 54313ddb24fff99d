-- Three results of one topic, read once.
EXECUTE STATEMENT SET BEGIN
  INSERT INTO cpu_load_high
  SELECT hostname, cpu, usage, occurred_at FROM cpu_load_stats_real WHERE usage > 80;

  INSERT INTO cpu_load_30s
  SELECT window_start, window_end, hostname, cpu, AVG(usage), MAX(usage)
  FROM TUMBLE(TABLE cpu_load_stats_real, DESCRIPTOR(ts), INTERVAL '30' SECOND)
  GROUP BY window_start, window_end, hostname, cpu;

  INSERT INTO cpu_load_count
  SELECT hostname, COUNT(*) FROM cpu_load_stats_real GROUP BY hostname;
END;
