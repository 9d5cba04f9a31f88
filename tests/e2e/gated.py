"""The worker as production starts it, with the real engine, but a test can hold it: see gate.py.

`python tests/e2e/gated.py <home> <name>`
"""

from __future__ import annotations

import sys
from pathlib import Path

from gate import gated

from studio.jobs import worker

if __name__ == "__main__":
    home = Path(sys.argv[1])
    worker.main(home, sys.argv[2], build=lambda: gated(home, worker.warm_engine()))
