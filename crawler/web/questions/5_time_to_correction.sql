-- title: How long does a figure stand before it is corrected?
-- read: One row an edit of a figure. The old one stood for at least `hours_at_least` and at most `hours_at_most` after it was first seen: the edit happened between two looks.
-- limits: Counted from when newstrail first saw the old text, which may have stood before. Figures that were never corrected are not in it, so no average of it says how long errors last.
SELECT a.outlet, a.title, f.old_text, f.new_text,
       round((julianday(coalesce(c.changed_after, v.first_seen_at)) - julianday(v.first_seen_at)) * 24, 2)
           AS hours_at_least,
       round((julianday(c.changed_by) - julianday(v.first_seen_at)) * 24, 2) AS hours_at_most
FROM fact_changes f
JOIN changes c ON c.id = f.change_id AND c.kind = 'edited'
JOIN versions v ON v.id = c.old_version_id
JOIN articles a ON a.id = c.article_id
WHERE f.type IN ('amount', 'percent', 'number', 'points', 'date') AND f.old_value != f.new_value
GROUP BY c.id, f.old_value, f.new_value
ORDER BY hours_at_most DESC
