-- title: How closely was each source watched?
-- read: One row a source: how many of its articles were read, at how many looks, for how many hours each on average, and the longest time between two looks that follow each other.
-- limits: An edit that was made and taken back within a gap is not on record. An article that two sources list counts for both. Gaps between two stretches of looks are not in `longest_gap_minutes`.
SELECT s.key, count(DISTINCT l.article_id) AS articles, sum(v.looks) AS looks,
       round(sum(v.hours) / count(DISTINCT l.article_id), 2) AS hours_each,
       round(max(v.longest) / 60.0, 1) AS longest_gap_minutes
FROM sources s
JOIN (SELECT DISTINCT source_id, article_id FROM listings) l ON l.source_id = s.id
JOIN (SELECT article_id, sum(looks) AS looks, max(longest_gap_seconds) AS longest,
             sum(julianday(to_at) - julianday(from_at)) * 24 AS hours
      FROM coverage GROUP BY article_id) v ON v.article_id = l.article_id
GROUP BY s.id
ORDER BY s.key
