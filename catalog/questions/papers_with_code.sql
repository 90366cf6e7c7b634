-- Papers with code
-- Papers and the repositories that they name, the latest published first; of one year where that is given.

select papers.title, papers.publication_date,
  (select group_concat(repositories.owner || '/' || repositories.name, ', ')
   from paper_links
     join links on links.id = paper_links.link_id
     join repositories on repositories.id = links.repository_id
   where paper_links.paper_id = papers.id) as repositories,
  papers.digest_count, papers.id as paper_id
from papers
where papers.has_repository = 1
  and (:year = '' or papers.publication_year = cast(:year as integer))
order by papers.publication_date desc, papers.id desc
limit 200
