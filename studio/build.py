"""Put the studio together: one page, its tabs, and how it is launched."""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from studio import examples
from studio.api import Api
from studio.guard import Page, middleware
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.home import browser_secret
from studio.jobs.store import Store
from studio.parts.masthead import masthead
from studio.rehearsal import Rehearsals
from studio.tabs.dance import Dance
from studio.theme import theme
from studio.words import I18N, label

_BRAND = examples.ASSETS / "brand"
_HOUR, _DAY = 3600, 86_400


def build(store: Store, where: Hosting, rehearsals: Rehearsals | None = None) -> gr.Blocks:
    """The page over the jobs of `store`, for visitors from `where`.

    `rehearsals` is who shows a pose before the run, by default a process of the real engine.
    """
    with Page(
        title="Pirouette", analytics_enabled=False, delete_cache=(_HOUR, _DAY), fill_width=True
    ) as demo:
        token = gr.BrowserState(storage_key="pirouette-visitor", secret=browser_secret(store.home))
        gr.Markdown(label("language_code"), elem_id="language-code")
        masthead(where.private)
        found, intake = examples.find(), Intake(where)
        Dance(store, found, intake, rehearsals).build(demo, token)
        Api(store, found, intake).build()
    return demo


def launch_options(hosting: Hosting) -> dict[str, Any]:
    """What `demo.launch` needs: our look and words, and nothing that a public host would regret."""
    assets = Mount(f"/{examples.ADDRESS}", StaticFiles(directory=examples.ASSETS), name="assets")
    return {
        "server_name": hosting.host,
        "server_port": hosting.port,
        "auth": hosting.auth,
        "max_file_size": hosting.max_upload,
        "theme": theme(),
        "css": _read("studio.css") + _read("dance.css"),
        "head": _read("head.html"),
        "i18n": I18N,
        "favicon_path": str(_BRAND / "mark.svg"),
        "footer_links": [],
        "app_kwargs": {"routes": [assets], "middleware": middleware(hosting)},
        "allowed_paths": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "share": False,
    }


def _read(name: str) -> str:
    return (_BRAND / name).read_text(encoding="utf-8")
