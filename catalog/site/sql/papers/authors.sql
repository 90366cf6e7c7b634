select authors.id, authors.name
from paper_authors join authors on authors.id = paper_authors.author_id
where paper_authors.paper_id = :id
order by paper_authors.position
limit 500
