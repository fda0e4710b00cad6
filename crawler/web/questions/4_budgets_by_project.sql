-- title: Which budgets and prices does each project number come with?
-- read: One row a project number (项目编号) and figure, with the articles that state it; two different budgets of one project are worth a look.
-- limits: Only texts that name their project by a number, and figures that stand with their role (预算金额, 中标金额, 最高限价 …). Latest versions only.
SELECT p.value AS project, f.role, f.text, f.value, f.unit, count(DISTINCT a.id) AS articles,
       min(a.published_at) AS first_published, group_concat(DISTINCT a.code) AS codes
FROM facts p
JOIN versions v ON v.id = p.version_id
JOIN articles a ON a.id = v.article_id AND a.version_count = v.number
JOIN facts f ON f.version_id = v.id AND f.type = 'amount' AND f.role IS NOT NULL
WHERE p.role = '项目编号' AND p.value IS NOT NULL
GROUP BY p.value, f.role, f.value
ORDER BY p.value, f.role, first_published
