-- Which memory may be written and executed? Just-in-time compilers have some, others should have none.
select
    pid,
    kind,
    coalesce(path, pathname) as name,
    count(*) as maps,
    sum(size) as size
from maps
where is_writable and is_executable
group by pid, kind, name
order by size desc, pid, kind, name
