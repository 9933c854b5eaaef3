-- How many mappings have the processes? The kernel lets each have vm.max_map_count, 65530 by default.
with counts as (select pid, count(*) as maps from maps group by pid)
select
    count(*) as processes,
    quantile_disc(maps, 0.5) as median,
    quantile_disc(maps, 0.9) as p90,
    quantile_disc(maps, 0.99) as p99,
    max(maps) as most,
    arg_max(pid, maps) as pid_of_most
from counts
