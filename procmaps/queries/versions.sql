-- Of which libraries are several files mapped, on this host or within one process?
-- What is before ".so" is the name of a library, without "-" and a version, or what wheels put there.
with libraries as (
    select distinct
        regexp_extract(path, '([^/]*?)(-[0-9a-f]{8}|-[0-9][^/]*)?[.]so([.][^/]*)?$', 1) as library,
        path, is_deleted, device_major, device_minor, inode, pid
    from maps
    where kind = 'file' and regexp_matches(path, '[.]so([.][^/]*)?$')
)
select
    library,
    count(distinct (device_major, device_minor, inode)) as files,
    count(distinct pid) as processes,
    list(distinct path order by path) as paths
from libraries
group by library
having files > 1
order by files desc, library
