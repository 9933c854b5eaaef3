"""The native module: what crosses the boundary, with types. Not a public interface."""

__all__ = ["step"]

def step(board: set[tuple[int, int]], ntimes: int) -> None:
    """Advance the cells of a set by some generations; one that cannot be advanced stays as it is."""
