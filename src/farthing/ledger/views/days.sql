-- Events and requests of each day.
SELECT day, count(*) AS events, sum(requests) AS requests
FROM events
GROUP BY day
ORDER BY day
