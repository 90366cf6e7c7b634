-- Papers per year
-- How many papers were published in each year, and how many of them name a repository.

select publication_year as year, count(*) as papers, sum(has_repository) as with_code,
  round(100.0 * sum(has_repository) / count(*), 1) as percent_with_code
from papers
group by publication_year
order by publication_year is null, publication_year desc
