"""What a verb raises when it cannot do what was asked, beside `OSError`. Reported by `_explain`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from procmaps._errors import ParseError


class Refused(Exception):
    """What was asked for cannot be done.

    Attributes:
        lines: Why, and what helps; none if that was told already.
        status: The exit status.
    """

    def __init__(self, *lines: str, status: int = 2) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.status = status


class Unparsed(Exception):
    """A text is no listing.

    Attributes:
        title: What text.
        reason: Where and why.
    """

    def __init__(self, title: str, reason: ParseError) -> None:
        super().__init__(title, reason)
        self.title = title
        self.reason = reason
