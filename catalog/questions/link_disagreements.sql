-- Who disagrees about a link
-- Papers of whose code the sources speak differently: another repository, promised or there, their own or somebody else's, official or not.

with said as (
  select link_assertions.paper_id, link_assertions.link_id, link_assertions.asserted_by,
    min(link_assertions.is_promised) as is_promised, max(link_assertions.is_own) as is_own,
    max(link_assertions.is_official) as is_official
  from link_assertions
  group by link_assertions.paper_id, link_assertions.link_id, link_assertions.asserted_by
), disputed as (
  select said.paper_id
  from said join links on links.id = said.link_id
  where links.kind = 'repository'
  group by said.paper_id
  having count(distinct said.asserted_by) > 1 and (
    count(*) < count(distinct said.asserted_by) * count(distinct said.link_id)
    or min(said.is_promised) < max(said.is_promised)
    or min(said.is_own) < max(said.is_own)
    or min(said.is_official) < max(said.is_official)
  )
  order by said.paper_id desc
  limit 200
)
select papers.title, repositories.owner || '/' || repositories.name as repository,
  group_concat(
    said.asserted_by || case when said.is_promised then ': promised' else '' end
      || case said.is_own when 0 then ': somebody else''s' else '' end
      || case said.is_official when 1 then ': official' when 0 then ': not official' else '' end,
    '; ') as who_says_what,
  papers.id as paper_id, repositories.id as repository_id
from disputed
  join papers on papers.id = disputed.paper_id
  join said on said.paper_id = disputed.paper_id
  join links on links.id = said.link_id
  join repositories on repositories.id = links.repository_id
group by papers.id, repositories.id
order by papers.id desc, repositories.id
