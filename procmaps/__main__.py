"""The command, as `python -m procmaps`."""

import sys

from procmaps.cli import main

if __name__ == "__main__":
    sys.exit(main())
