-- Who disagrees about a link
-- Papers of whose code the sources speak differently: another repository, promised or there, their own or somebody else's, official or not; the latest published first.

with disputed as materialized (
  select papers.id from papers
  where papers.has_repository = 1
    -- Most papers have one source, which this tells soonest.
    and (select min(asserted_by) < max(asserted_by) from link_assertions where paper_id = papers.id)
    and exists (
      select 1
      from (select paper_id, link_id, asserted_by, min(is_promised) as is_promised,
              max(coalesce(is_official, is_own)) as is_own
            from link_assertions
            where paper_id = papers.id
            group by paper_id, link_id, asserted_by) as said
        join links on links.id = said.link_id and links.kind = 'repository'
      group by said.paper_id, said.link_id
      having min(said.is_promised) < max(said.is_promised) or min(said.is_own) < max(said.is_own)
        or count(*) < (
          select count(distinct link_assertions.asserted_by)
          from link_assertions join links on links.id = link_assertions.link_id
          where link_assertions.paper_id = said.paper_id and links.kind = 'repository'
        )
    )
  order by papers.recency desc
  limit 200
)
select papers.title, repositories.owner || '/' || repositories.name as repository,
  (select group_concat(words, '; ')
   from (select asserted_by || case when min(is_promised) then ': promised' else '' end
           || case max(is_official) when 1 then ': official' when 0 then ': not official'
              else case max(is_own) when 0 then ': somebody else''s' else '' end end as words
         from link_assertions
         where paper_id = paper_links.paper_id and link_id = paper_links.link_id
         group by asserted_by
         order by asserted_by)) as who_says_what,
  papers.id as paper_id, repositories.id as repository_id
from disputed
  join papers on papers.id = disputed.id
  join paper_links on paper_links.paper_id = papers.id
  join links on links.id = paper_links.link_id
  join repositories on repositories.id = links.repository_id
order by papers.recency desc, repositories.id
limit 1000
