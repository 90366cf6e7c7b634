-- New in a digest
-- The papers that no earlier digest lists; of the newest digest where none is named.

with chosen as (
  select id, name from digests
  where case when :digest = '' then digest_date is not null and repeats_digest_id is null else name = :digest end
  order by digest_date desc, name desc limit 1
)
select digest_entries.position, papers.title, papers.publication_date,
  (select group_concat(name, ', ')
   from (select repositories.owner || '/' || repositories.name as name
         from paper_links
           join links on links.id = paper_links.link_id
           join repositories on repositories.id = links.repository_id
         where paper_links.paper_id = papers.id
         order by paper_links.link_id)) as repositories,
  digest_entries.upvote_count, chosen.name as digest, papers.id as paper_id, chosen.id as digest_id
from chosen
  join digest_entries on digest_entries.digest_id = chosen.id
  join papers on papers.id = digest_entries.paper_id
where papers.first_digest_id = chosen.id
order by digest_entries.position
limit 500
