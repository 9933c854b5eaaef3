-- Which files take the most addresses, and how many processes share them? Addresses are not memory in use.
select
    path,
    count(distinct pid) as processes,
    count(*) as maps,
    sum(size) as size,
    coalesce(sum(size) filter (where is_writable and not is_shared), 0) as private_writable
from maps
where kind = 'file'
group by path
order by size desc, path
