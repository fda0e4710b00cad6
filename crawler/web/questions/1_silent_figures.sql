-- title: Which outlets correct figures without saying so?
-- read: One row an outlet. `said`: edits of a figure that the text itself or the time shown disclosed; `not_said`: the page shows a time of change and it did not move; `cannot_be_told`: the page shows neither.
-- limits: Only amounts, percentages, numbers and points that were recognised in both texts are counted, an edit once. A notice that stands on another page is not seen.
SELECT a.outlet, count(DISTINCT c.id) AS edits_of_figures,
       count(DISTINCT c.id) FILTER (WHERE c.disclosure IN ('notice', 'updated_time')) AS said,
       count(DISTINCT c.id) FILTER (WHERE c.disclosure = 'none') AS not_said,
       count(DISTINCT c.id) FILTER (WHERE c.disclosure = 'unknown') AS cannot_be_told
FROM fact_changes f
JOIN changes c ON c.id = f.change_id
JOIN articles a ON a.id = c.article_id
WHERE f.type IN ('amount', 'percent', 'number', 'points') AND f.old_value != f.new_value
GROUP BY a.outlet
ORDER BY not_said DESC, edits_of_figures DESC
