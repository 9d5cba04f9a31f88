"""What the processes that we start get to know of our environment: what they need, no secrets.

A list of what is passed on, not of what is kept back: a Space's secrets are variables of any name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""Where they start, and find `studio` and `engine`, wherever the studio itself was started."""

_SYSTEM = (
    "PATH", "PATHEXT", "SYSTEMROOT", "WINDIR", "COMSPEC", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL",
    "TZ", "PYTHONPATH", "LD_LIBRARY_PATH",
)  # fmt: skip
_HOME = (
    "HOME", "USER", "LOGNAME", "USERNAME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA",
    "VIRTUAL_ENV", "LD_PRELOAD", "NUMBER_OF_PROCESSORS", "SPACE_ID", "SPACES_ZERO_GPU",
)  # fmt: skip
_ENGINE = re.compile(
    r"(LC|XDG|DYLD|STUDIO|NVIDIA|CUDA|CUDNN|CUBLAS|NCCL|TORCH|TORCHINDUCTOR|PYTORCH|TRITON|ROCM|ROCR"
    r"|HIP|HSA|AMD|MIOPEN|OMP|GOMP|KMP|MKL|OPENBLAS|NUMEXPR|ORT|MALLOC|HF|HUGGINGFACE|TRANSFORMERS"
    r"|DIFFUSERS|SAFETENSORS|ACCELERATE|PROCESSOR)_\w+|PYTHON\w+"
)
"""Of Python, of the libraries that compute, and of where they keep what they have fetched."""
_FETCHING = re.compile(r"(HTTPS?|ALL|NO)_PROXY|(SSL|REQUESTS|CURL)_\w+", re.IGNORECASE)
_TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_TOKEN", "HF_TOKEN_PATH")
_SECRET = re.compile(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL|AUTH|COOKIE")

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def for_reading(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process that looks at one upload: how to start, and one thread."""
    return {name: environment[name] for name in _SYSTEM if name in environment} | _ONE_THREAD


def for_computing(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process that runs the engine on what visitors gave; it asks no network for anything.

    How the studio listens is not in it, nor its password: only the limits are.
    """
    return {
        name: value
        for name, value in environment.items()
        if name in _SYSTEM
        or name in _HOME
        or (_ENGINE.fullmatch(name) and not _SECRET.search(name))
    }


def for_fetching(environment: Mapping[str, str]) -> dict[str, str]:
    """For a process that fetches models: the way out, and this machine's token for the Hub."""
    more = {
        name: value
        for name, value in environment.items()
        if name in _TOKENS or _FETCHING.fullmatch(name)
    }
    return for_computing(environment) | more
