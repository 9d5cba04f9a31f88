"""What `--estimate` says of a video's memory, beside what making it then takes.

`python -m tests.bench.memory_told [FRAMES ...]`: videos of 16, 64, 150 and 600 frames with the
built-in model and one step, each as a user would order it: by the command line, in a process of
its own, in a home without history. In GB of 2^30 bytes: what `--estimate` says after a small trial,
what the page says without trying anything (`exchange/forecast.py`), the peak that the record keeps,
and the one that the system counts of the whole process (`ru_maxrss`). Six minutes on two cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.exchange.forecast import expected_bytes

PERSON = Path(__file__).parents[2] / "assets" / "examples" / "people" / "mina.png"
FRAMES = (16, 64, 150, 600)


def main() -> None:
    line = "{:>6}  {:>8} {:>8} {:>8} {:>8}\n"
    sys.stdout.write(line.format("frames", "estimate", "forecast", "record", "process"))
    for frames in map(int, sys.argv[1:] or FRAMES):
        said = expected_bytes((), {"num_frames": frames})
        assert said is not None
        process, record = made(frames)
        gigabytes = (f"{count / 2**30:.2f}" for count in (said, record, process))
        sys.stdout.write(line.format(frames, asked(frames), *gigabytes))
        sys.stdout.flush()


def asked(frames: int) -> str:
    """What `--estimate` says of a video, in GB."""
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run(
            [*command(Path(folder), frames), "--estimate"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=home(folder),
        ).stdout  # fmt: skip
    return said.split(" and ")[1].split(" GB")[0]


def made(frames: int, steps: int = 1) -> tuple[int, int]:
    """The peak of the whole process and of the record, in bytes, when it is made."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command(Path(folder), frames, steps), env=home(folder),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        record = json.loads((Path(folder) / "a.json").read_text(encoding="utf-8"))
    return used.ru_maxrss << 10, record["peak_bytes"]


def command(folder: Path, frames: int, steps: int = 1) -> list[str]:
    """The video as it is ordered."""
    return [
        sys.executable, "-m", "engine", "generate", "--system", "mimicmotion",
        "--image", str(PERSON), "--motion", "disco_night", "--frames", str(frames), "--seed", "1",
        "--set", f"num_inference_steps={steps}", "--out", str(folder / "a.mp4"),
    ]  # fmt: skip


def home(folder: str) -> Mapping[str, str]:
    """A studio's folder of its own, and as many threads as there usually are."""
    usual = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    return usual | {"STUDIO_HOME": folder}


if __name__ == "__main__":
    main()
