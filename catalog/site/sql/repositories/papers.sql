select papers.id, papers.title, papers.publication_date, papers.author_count, papers.digest_count,
  paper_links.is_promised, paper_links.is_own,
  (select group_concat(role, ', ')
   from (select role from paper_link_roles
         where paper_link_roles.paper_id = papers.id and paper_link_roles.link_id = links.id order by role)) as roles
from links
  join paper_links on paper_links.link_id = links.id
  join papers on papers.id = paper_links.paper_id
where links.repository_id = :id
order by not paper_links.is_own, papers.recency desc
limit 50
