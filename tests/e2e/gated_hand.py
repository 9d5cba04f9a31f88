"""The stage hand as production starts it, with the real engine, but for what gate.py says of it.

`python tests/e2e/gated_hand.py <home>`
"""

from __future__ import annotations

from gate import gated_hand

from studio import stage_hand

if __name__ == "__main__":
    stage_hand.main(build=lambda home: gated_hand(stage_hand.engine(home)))
