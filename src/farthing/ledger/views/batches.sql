-- What each import brought, the newest first.
SELECT batch, source, count(*) AS events, min("at") AS first_at, max("at") AS last_at
FROM events
GROUP BY batch, source
ORDER BY last_at DESC, batch, source
