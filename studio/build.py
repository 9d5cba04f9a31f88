"""Put the studio together: one page, its tabs, and how it is launched."""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from engine.models.machine import this_machine
from studio import examples
from studio.api import SYSTEM, Api
from studio.fetches.fetcher import Fetcher
from studio.guard import Page, middleware
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.home import browser_secret
from studio.jobs.store import Store
from studio.makers import Makers
from studio.parts.masthead import masthead
from studio.rehearsal import Rehearsals
from studio.tabs.dance import Dance
from studio.tabs.gallery import Gallery
from studio.tabs.models import Models
from studio.theme import theme
from studio.words import I18N, label

_BRAND = examples.ASSETS / "brand"
# The open tab stays in the page's address, so that a reload and a link lead back to it.
_REMEMBER_TAB = """() => {
  const tabs = document.querySelector('#tabs [role=tablist]');
  const [, asked] = location.hash.match(/^#([a-z]+)$/) || [];
  if (asked) document.getElementById(`tab-${asked}-button`)?.click();
  const note = () => setTimeout(() => {
    const open = tabs.querySelector('[aria-selected=true]')?.dataset.tabId;
    if (open) history.replaceState(null, '', `${location.pathname}${location.search}#${open}`);
  });
  for (const kind of ['click', 'keyup']) tabs.addEventListener(kind, note);
}"""
_STYLES = ("studio.css", "dance.css", "gallery.css", "models.css")
_HOUR, _DAY = 3600, 86_400


def build(
    store: Store,
    where: Hosting,
    rehearsals: Rehearsals | None = None,
    fetcher: Fetcher | None = None,
) -> gr.Blocks:
    """The page over the jobs of `store`, for visitors from `where`.

    `rehearsals` is who shows a pose before the run, by default a process of the real engine;
    `fetcher` is who gets models, by default into the home of `store`.
    """
    rehearsals = rehearsals or Rehearsals(store.home, per_minute=where.rehearsals_per_minute)
    fetcher, machine = fetcher or Fetcher(store.home), this_machine()
    with Page(
        title="Pirouette", analytics_enabled=False, delete_cache=(_HOUR, _DAY), fill_width=True
    ) as demo:
        found, intake = examples.find(), Intake(where)
        Api(store, found, intake).build()  # first, so that no handler takes its names
        token = gr.BrowserState(storage_key="pirouette-visitor", secret=browser_secret(store.home))
        gr.Markdown(label("language_code"), elem_id="language-code")
        masthead(where.private)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab(label("tab_dance"), id="dance", elem_id="tab-dance") as tab:
                makers = Makers(SYSTEM, fetcher, machine)
                dance = Dance(store, found, intake, makers, rehearsals)
                dance.build(demo, tab, token)
            with gr.Tab(label("tab_gallery"), id="gallery", elem_id="tab-gallery"):
                gallery = Gallery(store, found)
                gallery.build(token)
            with gr.Tab(label("tab_models"), id="models", elem_id="tab-models"):
                Models(fetcher, where.model_admin, machine).build()
        for used in gallery.uses:
            dance.fill_after(used, gallery.wanted)
        demo.load(None, None, None, js=_REMEMBER_TAB)
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
        "css": "".join(map(_read, _STYLES)),
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
