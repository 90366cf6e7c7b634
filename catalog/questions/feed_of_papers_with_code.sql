-- Feed of new papers with code
-- Atom entries of the hundred papers with a repository that came last into a digest, for feed readers.

with newest as materialized (
  select digest_entries.paper_id as id
  from (select id from digests order by coalesce(digest_date, earliest_date) desc, id desc limit 40) as latest
    join digest_entries on digest_entries.digest_id = latest.id
    join papers on papers.id = digest_entries.paper_id and +papers.has_repository = 1
  union
  select id from (select id from papers where has_repository = 1 order by recency desc limit 100)
-- then parts/atom_entries.sql
