select host, count(*) as link_count from links group by host order by link_count desc, host limit 8
