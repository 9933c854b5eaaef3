-- Where in which files are addresses? What is the same in every run: addresses are not, offsets in files are.
-- Needs, beside maps, a table addresses with a column address (unsigned) and one pid.
select
    addresses.pid,
    address,
    coalesce(path, pathname, kind) as place,
    case when path is not null then address - begin_address + "offset" end as file_offset,
    perms
from addresses
left join maps
    on maps.pid is not distinct from addresses.pid and address >= begin_address and address < end_address
order by addresses.pid, address
