-- Which files and kinds of memory use most? A page that several processes map counts in the pss of each in part,
-- so that the sum over all processes is what is in memory. Needs the columns of procmaps.smaps.Usages.
select
    coalesce(path, kind) as name,
    count(distinct pid) as processes,
    sum(pss) as pss,
    sum(rss) as rss,
    sum(private_clean + private_dirty) as private,
    sum(swap) as swap
from maps
group by name
order by pss desc nulls last, name
