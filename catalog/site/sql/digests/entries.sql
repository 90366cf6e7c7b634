select digest_entries.position, digest_entries.upvote_count, digest_entries.comment_count,
  digest_entries.line_start, digest_entries.line_end,
  papers.id, papers.title, papers.publication_date, papers.author_count, papers.digest_count,
  papers.first_digest_id is digest_entries.digest_id as is_new
from digest_entries join papers on papers.id = digest_entries.paper_id
where digest_entries.digest_id = :id
order by digest_entries.position
limit 300
