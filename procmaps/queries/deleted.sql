-- Which files that are gone do processes still use? After an update these processes want a restart.
-- A file that was replaced by renaming another over it is here, one that is really called so is, too.
select
    path,
    count(distinct pid) as processes,
    list(distinct pid order by pid) as pids,
    bool_or(is_executable) as is_code
from maps
where is_deleted
group by path
order by is_code desc, processes desc, path
