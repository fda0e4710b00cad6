-- title: Which headlines were tried out?
-- read: One row an article with more than one headline. `came_back` above 0: an earlier headline stood there again, as in a test of two.
-- limits: A test that shows different readers different headlines at once is only seen where looks met both. Headlines that only a listing showed are in `listings`.
WITH turns AS (
    SELECT article_id, number, title, lag(title) OVER (PARTITION BY article_id ORDER BY number) AS before
    FROM versions
)
SELECT a.outlet, a.code, count(DISTINCT t.title) AS headlines, count(*) - count(DISTINCT t.title) AS came_back,
       group_concat(t.title, ' → ') AS in_order
FROM (SELECT * FROM turns WHERE title IS NOT before ORDER BY article_id, number) t
JOIN articles a ON a.id = t.article_id
GROUP BY a.id
HAVING count(*) > 1
ORDER BY came_back DESC, headlines DESC
