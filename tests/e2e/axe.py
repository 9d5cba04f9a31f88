"""axe-core, which finds what keeps people from using a page, from npm's registry.

    python tests/e2e/axe.py .venv/axe.min.js        # `make e2e` does this

One pinned version, and its archive must have the hash below.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
SHA256 = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
REGISTRY = os.environ.get("npm_config_registry", "https://registry.npmjs.org").rstrip("/")  # noqa: SIM112
SCRIPT = Path(__file__).resolve().parents[2] / ".venv" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that the light can change the answer of."""
_RUN = """async ([within, only]) => {
  const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.all(fading.map((one) => one.finished.catch(() => {})));
  const found = await axe.run(within || document, { resultTypes: ['violations'], runOnly: only });
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help,
    nodes: nodes.map((node) => [node.target.join(' '), node.html, node.failureSummary]),
  }));
}"""


def fetch(to: Path) -> None:
    """Download the script; raises ValueError if the archive is not the one that was pinned."""
    address = f"{REGISTRY}/axe-core/-/axe-core-{VERSION}.tgz"
    with urllib.request.urlopen(address, timeout=60) as reply:
        archive = reply.read()
    if hashlib.sha256(archive).hexdigest() != SHA256:
        raise ValueError(f"{address} is not what was pinned")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = files.extractfile("package/axe.min.js")
        assert member is not None
        to.write_bytes(member.read())


def problems(page: Page, within: str | None = None, colours: bool = False) -> list[str]:
    """What axe calls serious or critical on the page as it stands; skips where axe is missing.

    Args:
        within: look only into the element of this selector.
        colours: only the rules about colours: enough where nothing but the light has changed.
    """
    if not SCRIPT.exists():
        pytest.skip(f"{SCRIPT} is missing: `make e2e` fetches axe-core from npm")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": COLOURS} if colours else {"type": "tag", "values": TAGS}
    found: list[dict[str, Any]] = page.evaluate(_RUN, [within, only])
    return [
        f"{one['impact']} {one['id']}: {one['help']}\n    {place}\n    {markup[:200]}\n    {why}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for place, markup, why in one["nodes"]
    ]


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
