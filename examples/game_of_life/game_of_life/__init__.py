"""Conway's Game of Life, on a board without edges.

>>> import game_of_life
>>> board = game_of_life.setup()
>>> len(board)
7
>>> game_of_life.step(board, 1000)
>>> len(board)
457
"""

from __future__ import annotations

try:
    from game_of_life import _gol
except ModuleNotFoundError as error:
    raise ImportError(
        f"{error}. If this is a checkout of the sources, build the extension first: pip install --editable ."
    ) from error

__all__ = ["setup", "step"]

ACORN = """
.#.....
...#...
##..###
"""


def setup() -> set[tuple[int, int]]:
    """Return a new board with the Acorn, seven cells that keep changing for 5,206 generations.

    A board is a plain set of the living cells, each ``(x, y)``; y grows downward.

    >>> sorted(setup())
    [(0, 2), (1, 0), (1, 2), (3, 1), (4, 2), (5, 2), (6, 2)]
    """
    return {(x, y) for y, row in enumerate(ACORN.split()) for x, cell in enumerate(row) if cell == "#"}


def step(board: set[tuple[int, int]], ntimes: int = 1) -> None:
    """Advance a board in place, by a number of generations.

    >>> board = {(0, 0), (1, 0), (2, 0)}
    >>> step(board)
    >>> sorted(board)
    [(1, -1), (1, 0), (1, 1)]

    After an error, Ctrl-C included, nothing of this was done to the board.

    Raises:
        TypeError: The board is not a set, or a cell in it is not two ints.
        ValueError: ``ntimes`` is negative, or a cell has not two numbers.
        OverflowError: A cell gets further from (0, 0) than a 64-bit number tells.
        RuntimeError: Somebody else changed the board meanwhile.
    """
    if ntimes < 0:
        raise ValueError(f"ntimes is {ntimes}: a board cannot go back")
    _gol.step(board, ntimes)
