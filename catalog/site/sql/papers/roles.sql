select link_id, role from paper_link_roles where paper_id = :id order by role limit 500
