-- Average and highest load of each CPU in windows of 30 seconds.
INSERT INTO cpu_load_30s
SELECT window_start, hostname, cpu, AVG(usage), MAX(usage)
FROM TUMBLE(TABLE cpu_load, DESCRIPTOR(ts), INTERVAL '30' SECOND)
GROUP BY window_start, window_end, hostname, cpu;
