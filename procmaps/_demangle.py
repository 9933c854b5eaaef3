"""The names that compilers mangled into symbols."""

from __future__ import annotations

from procmaps import _procmaps
from procmaps._names import ERRORS
from procmaps._of_type import of_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import overload


def demangle(name: str | bytes, *, strict: bool = True, verbose: bool = False) -> str:
    """Return the name that a symbol of C++ or Rust stands for.

    A version behind the symbol, as in `_ZNSs4swapERSs@@GLIBCXX_3.4`, stays where it is. For many
    names `demangle_all` is faster.

    Args:
        name: The symbol, as `nm` and `dladdr` have it.
        strict: Whether what is no mangled name is an error. If not, it is returned as it is.
        verbose: Whether to show `std::string` as the template that it stands for, and the hash of a
            Rust symbol: what `c++filt` does unless it is called with `-i`.

    Raises:
        ValueError: It is no mangled name, says where and why; or it stands for more than a mebibyte
            of text, or nests too deeply to be one.

    See the Itanium C++ ABI, 5.1, and Rust RFC 2603.

    >>> import procmaps
    >>> procmaps.demangle("_ZN7mangled3fooEd")
    'mangled::foo(double)'
    >>> procmaps.demangle("_ZNKSt6vectorIiSaIiEE4sizeEv")
    'std::vector<int, std::allocator<int> >::size() const'
    >>> procmaps.demangle("_ZN4core3fmt9Formatter9write_str17h6a0c5f9a3a4b2d10E")
    'core::fmt::Formatter::write_str'
    >>> procmaps.demangle("_ZN7mangled3fooE?")
    Traceback (most recent call last):
    ValueError: not a mangled name: position 16: expected a type, in "_ZN7mangled3fooE?"
    >>> procmaps.demangle("main", strict=False)
    'main'
    """
    return _procmaps.demangle(name, strict, verbose)


def demangle_all(names: Iterable[str | bytes], *, strict: bool = True, verbose: bool = False) -> list[str]:
    """Return the names that many symbols stand for, without the GIL.

    The arguments, and what is raised, are as for `demangle`; the error says which name it is, by
    its index.

    >>> import procmaps
    >>> procmaps.demangle_all(["_Z3foov", "_ZN3barC1Ei", "main"], strict=False)
    ['foo()', 'bar::bar(int)', 'main']
    """
    return _procmaps.demangle_all(names, strict, verbose)


if TYPE_CHECKING:

    @overload
    def demangle_text(text: str, *, verbose: bool = False) -> str: ...
    @overload
    def demangle_text(text: bytes, *, verbose: bool = False) -> bytes: ...


def demangle_text(text: str | bytes, *, verbose: bool = False) -> str | bytes:
    """Return a text with all mangled names in it replaced, without the GIL.

    Symbols are runs of ASCII letters, digits, `_`, `$` and `.`; those that are no mangled names,
    and all else, stay as they are.

    Args:
        text: Any text: a backtrace, a log, the output of `nm`.
        verbose: As for `demangle`.

    >>> import procmaps
    >>> procmaps.demangle_text("./app(_ZN3App3runEv+0x1c) [0x55d0]")
    './app(App::run()+0x1c) [0x55d0]'
    """
    if isinstance(text, bytes):
        return _procmaps.demangle_text(text, verbose)
    of_type("text", text, str, bytes)
    return _procmaps.demangle_text(text.encode("utf-8", ERRORS), verbose).decode("utf-8", ERRORS)
