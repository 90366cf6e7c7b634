select paper_links.paper_id, repositories.url, repositories.owner, repositories.name, paper_links.is_promised
from paper_authors
  join paper_links on paper_links.paper_id = paper_authors.paper_id
  join links on links.id = paper_links.link_id
  join repositories on repositories.id = links.repository_id
where paper_authors.author_id = :id
order by paper_links.paper_id, repositories.id
limit 500
