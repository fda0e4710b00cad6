-- title: What vanished, when, and did it come back?
-- read: One row a removal: last read, not available since, and when it was there again (empty: not yet). It went between the first two times.
-- limits: “Not available at its address” is all that was seen; it says nothing of why. Articles that a site lets go with everything of their age are not removals.
SELECT a.title, a.outlet, c.changed_after AS last_read, c.changed_by AS not_available_since,
       (SELECT min(r.changed_by) FROM changes r
        WHERE r.article_id = a.id AND r.kind = 'restored' AND r.id > c.id) AS back_by,
       a.state, c.reason
FROM changes c
JOIN articles a ON a.id = c.article_id
WHERE c.kind = 'removed'
ORDER BY c.changed_by DESC
