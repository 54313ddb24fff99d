-- Average and highest load of each host in windows of 5 seconds.
INSERT INTO cpu_load_5s
SELECT window_start, host, COUNT(*), ROUND(AVG(usage), 1), ROUND(MAX(usage), 1)
FROM TUMBLE(TABLE cpu_load, DESCRIPTOR(ts), INTERVAL '5' SECOND)
GROUP BY window_start, window_end, host;
