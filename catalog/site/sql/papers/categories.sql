select category from paper_categories where paper_id = :id order by is_primary desc, category
