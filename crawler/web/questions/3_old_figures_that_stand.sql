-- title: Where does a figure still stand that another copy has corrected?
-- read: One row a copy of the same story that still states what the edited article said before.
-- limits: Copies are articles of one cluster, found by their words. A copy may mean another thing with the same figure; read both before you say more.
SELECT a.title AS corrected_in, a.outlet, f.old_text, f.new_text, c.changed_by AS corrected_by,
       b.title AS still_stands_in, b.outlet AS of_outlet, b.url
FROM fact_changes f
JOIN changes c ON c.id = f.change_id
JOIN articles a ON a.id = c.article_id
JOIN articles b ON b.cluster_id = a.cluster_id AND b.id != a.id AND b.state = 'live'
JOIN versions v ON v.article_id = b.id AND v.number = b.version_count
WHERE f.type IN ('amount', 'percent', 'number', 'points', 'date') AND f.old_value != f.new_value
  AND EXISTS (SELECT 1 FROM facts x WHERE x.version_id = v.id AND x.type = f.type AND x.value = f.old_value)
GROUP BY b.id, f.type, f.old_value
ORDER BY c.changed_by DESC
