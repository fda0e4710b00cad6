-- title: How many edits has each source, and how serious are they?
-- read: One row a source. An edit of an article that several sources list counts once, for the one that listed it first; the column adds up to all edits of listed articles.
-- limits: Articles that are watched by their own address and stand on no listing are left out. More looks find more edits: compare sources only where these are read equally often.
SELECT s.key, s.name, count(*) AS edits,
       count(*) FILTER (WHERE c.severity = 'material') AS material,
       count(*) FILTER (WHERE c.severity = 'minor') AS minor,
       count(*) FILTER (WHERE c.severity = 'cosmetic') AS cosmetic
FROM changes c
JOIN listings l ON l.id = (SELECT min(id) FROM listings WHERE article_id = c.article_id)
JOIN sources s ON s.id = l.source_id
WHERE c.kind = 'edited'
GROUP BY s.id
ORDER BY edits DESC
