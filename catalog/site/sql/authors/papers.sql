select papers.id, papers.title, papers.publication_date, papers.author_count, papers.digest_count,
  paper_authors.position
from paper_authors join papers on papers.id = paper_authors.paper_id
where paper_authors.author_id = :id
order by papers.recency desc
limit 100
