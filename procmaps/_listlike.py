"""What `Maps` and `Usages` are instead of a `collections.abc.Sequence`."""

from __future__ import annotations

from _collections_abc import Collection, Reversible, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence as Listlike
else:

    class Listlike(Reversible, Collection):
        """A sequence in all but the name, and for type checkers.

        polars looks at each item of a `Sequence` before it asks for an Arrow stream, and makes a column of
        objects; what is none is asked for the stream. `match` takes it for a sequence, by the same
        flag that `Sequence` sets.
        """

        __slots__ = ()
        __abc_tpflags__ = 1 << 5  # Py_TPFLAGS_SEQUENCE, from Python 3.10 on
        __iter__ = Sequence.__iter__
        __contains__ = Sequence.__contains__
        __reversed__ = Sequence.__reversed__
        index = Sequence.index
        count = Sequence.count


__all__ = ["Listlike"]
