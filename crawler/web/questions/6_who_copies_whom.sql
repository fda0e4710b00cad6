-- title: Which articles carry the words of another, and which was first?
-- read: One row a later copy, with the earliest article of the same story and the minutes between them.
-- limits: By the publishers' own times, or by first sight where they give none. Who is later need not have copied: both may have one source that is not watched.
WITH told AS (
    SELECT id, cluster_id, code, title, outlet, coalesce(published_at, first_seen_at) AS at,
           row_number() OVER (PARTITION BY cluster_id ORDER BY coalesce(published_at, first_seen_at), id) AS place
    FROM articles
    WHERE cluster_id IS NOT NULL
)
SELECT first.outlet AS first_outlet, first.code AS first_code, later.outlet AS later_outlet, later.code AS later_code,
       later.title, round((julianday(later.at) - julianday(first.at)) * 1440) AS minutes_later
FROM told first
JOIN told later ON later.cluster_id = first.cluster_id AND later.place > 1
WHERE first.place = 1
ORDER BY later.at DESC
