"""One question asked of every process of this host, answered in one pass.

The maps are read by threads of the native core, and filtered before Python has objects of them. What
could not be read is counted and named, never passed over:

>>> import procmaps.host
>>> scan = procmaps.host.scan(perms="rwx", kind="anonymous")
>>> writable_code = {process.pid: len(process.maps) for process in scan}
>>> scan.read + len(scan.refused + scan.failed + scan.vanished + scan.kernel_threads + scan.zombies) == scan.total
True
"""

from procmaps._scan import ProcessMaps, Scan, Unread, scan

__all__ = ["ProcessMaps", "Scan", "Unread", "scan"]
