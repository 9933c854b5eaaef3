from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from typing import Any

import game_of_life
import pytest

GLIDER = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}


def slow_step(board: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The rule by its own words, for every cell near a living one."""

    def neighbours(x: int, y: int) -> set[tuple[int, int]]:
        return {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} - {(x, y)}

    near = board.union(*(neighbours(*cell) for cell in board))
    return {cell for cell in near if len(neighbours(*cell) & board) in ({2, 3} if cell in board else {3})}


def test_a_thousand_steps() -> None:
    board = game_of_life.setup()
    game_of_life.step(board, 1000)
    assert len(board) == 457


def test_each_step_follows_the_rule() -> None:
    board = game_of_life.setup()
    for _ in range(60):
        expected = slow_step(board)
        game_of_life.step(board)
        assert board == expected


def test_steps_add_up() -> None:
    at_once, one_by_one = game_of_life.setup(), game_of_life.setup()
    game_of_life.step(at_once, ntimes=25)
    for _ in range(25):
        game_of_life.step(one_by_one)
    assert at_once == one_by_one


def test_a_glider_flies() -> None:
    board = set(GLIDER)
    game_of_life.step(board, 400)
    assert board == {(x + 100, y + 100) for x, y in GLIDER}


def test_setup_gives_a_new_board_each_time() -> None:
    board = game_of_life.setup()
    board.clear()
    assert len(game_of_life.setup()) == 7


@pytest.mark.parametrize("lonely", [set(), {(0, 0)}, {(5, 5), (5, 6)}], ids=len)
def test_the_lonely_die(lonely: set[tuple[int, int]]) -> None:
    game_of_life.step(lonely)
    assert lonely == set()


def test_no_step_changes_nothing() -> None:
    board = set(GLIDER)
    game_of_life.step(board, 0)
    assert board == GLIDER


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("ab", TypeError),
        ((1.5, 2), TypeError),
        (7, TypeError),
        ((1, 2, 3), ValueError),
        ((1 << 63, 0), OverflowError),
        ((0, (1 << 63) - 1), OverflowError),
    ],
)
def test_what_is_no_cell_leaves_the_board_alone(cell: Any, error: type[Exception]) -> None:
    board = {*GLIDER, cell}
    with pytest.raises(error):
        game_of_life.step(board)
    assert board == {*GLIDER, cell}


@pytest.mark.parametrize("board", [[(0, 0)], frozenset(GLIDER), None])
def test_a_board_is_a_set(board: Any) -> None:
    with pytest.raises(TypeError, match="set"):
        game_of_life.step(board)


@pytest.mark.parametrize(("ntimes", "error"), [(-1, ValueError), (1 << 64, OverflowError), (0.5, TypeError)])
def test_a_number_of_steps_is_one(ntimes: Any, error: type[Exception]) -> None:
    board = set(GLIDER)
    with pytest.raises(error):
        game_of_life.step(board, ntimes)
    assert board == GLIDER


def test_a_cell_may_change_its_own_board() -> None:
    class Sly(int):
        __hash__ = int.__hash__

        def __eq__(self, other: object) -> bool:
            board.clear()
            return True

    board: set[Any] = {(Sly(7), 0), *GLIDER}
    with pytest.raises(RuntimeError, match="changed size"):
        game_of_life.step(board)


def test_what_is_equal_to_no_int_is_no_cell() -> None:
    class Zero:
        def __index__(self) -> int:
            return 0

    board: set[Any] = {(Zero(), Zero())}
    with pytest.raises(TypeError, match="a cell is two ints, and not "):
        game_of_life.step(board)
    assert len(board) == 1


def test_what_another_thread_does_to_the_board_is_not_lost() -> None:
    board = set(GLIDER)
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            board.symmetric_difference_update({(-50, -50)})

    thread = threading.Thread(target=change)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="was changed"):
            for _ in range(10_000):
                game_of_life.step(board, 1000)
    finally:
        done.set()
        thread.join()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Take Ctrl-C as an error, also where tests run in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_leaves_the_board_alone() -> None:
    board = set(GLIDER)
    threading.Timer(0.1, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        game_of_life.step(board, 1 << 40)
    assert board == GLIDER
