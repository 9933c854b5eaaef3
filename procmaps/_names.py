"""The bytes that the kernel prints, and the str that Python has for them."""

from __future__ import annotations

import sys

# As os.fsdecode() does it, but for Windows, where a listing read from elsewhere is to
# survive too: there os.fsdecode() refuses bytes that are not UTF-8.
ENCODING = "utf-8" if sys.platform == "win32" else sys.getfilesystemencoding()
ERRORS = "surrogateescape"

# The kernel's word for a name that is gone.
DELETED = " (deleted)"


def encode(text: str) -> bytes:
    """Return the bytes of a text, those that did not decode included."""
    return text.encode(ENCODING, ERRORS)
