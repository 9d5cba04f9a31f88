"""The look: ink and plum, lit by one warm stage light. Details that a theme cannot say are in
`assets/brand/studio.css`.
"""

from __future__ import annotations

from gradio.themes import Base, Font
from gradio.themes.utils import sizes
from gradio.themes.utils.colors import Color

_AMBER = Color(
    c50="#fff8eb", c100="#feeccb", c200="#fcd897", c300="#f9c163", c400="#f4ab3f", c500="#e3922a",
    c600="#b86f1b", c700="#8f5217", c800="#6b3d16", c900="#4a2a12", c950="#2c180a", name="amber",
)  # fmt: skip
_PLUM = Color(
    c50="#faf7f5", c100="#f3eef0", c200="#e6dde2", c300="#d0c3cc", c400="#a594a3", c500="#7d6b7e",
    c600="#5f4e63", c700="#47374d", c800="#2d2034", c900="#1f1526", c950="#150d1b", name="plum",
)  # fmt: skip


def theme() -> Base:
    """Gradio's own variables in our colours, for light and dark."""
    system = ["system-ui", "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", "sans-serif"]
    return Base(
        primary_hue=_AMBER,
        secondary_hue=_PLUM,
        neutral_hue=_PLUM,
        radius_size=sizes.radius_lg,
        font=[Font(name) for name in ("Figtree", *system)],
        font_mono=[Font(name) for name in ("ui-monospace", "Menlo", "monospace")],
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="#261a2e",
        body_text_color_dark="#f4edf3",
        body_text_color_subdued="#6d5c70",
        body_text_color_subdued_dark="#b7a6b8",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#211729",
        background_fill_secondary="#f7f2f1",
        background_fill_secondary_dark="#1a1121",
        block_background_fill="#ffffff",
        block_background_fill_dark="#211729",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="#6d5c70",
        block_label_text_color_dark="#b7a6b8",
        block_title_text_color="#47374d",
        block_title_text_color_dark="#d9cbd8",
        block_title_text_weight="600",
        block_info_text_color="#6d5c70",
        block_info_text_color_dark="#b7a6b8",
        block_padding="0px",
        border_color_primary="#e6dde2",
        border_color_primary_dark="#3b2c43",
        border_color_accent="*primary_400",
        color_accent="*primary_400",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="#3a2a22",
        input_background_fill="#f7f2f1",
        input_background_fill_dark="#1a1121",
        input_border_width="1px",
        input_shadow="none",
        input_shadow_focus="0 0 0 3px rgba(244, 171, 63, 0.35)",
        slider_color="*primary_400",
        checkbox_background_color_selected="#8f5217",
        checkbox_background_color_selected_dark="#e3922a",
        checkbox_border_color_selected="#8f5217",
        checkbox_label_background_fill="#f7f2f1",
        checkbox_label_background_fill_dark="#2a1e33",
        checkbox_label_background_fill_selected="*primary_100",
        checkbox_label_background_fill_selected_dark="#4a3320",
        checkbox_label_border_width="1px",
        button_primary_background_fill="*primary_400",
        button_primary_background_fill_dark="*primary_400",
        button_primary_background_fill_hover="*primary_300",
        button_primary_background_fill_hover_dark="*primary_300",
        button_primary_text_color="#261a2e",
        button_primary_text_color_dark="#261a2e",
        button_primary_border_color="transparent",
        button_large_text_weight="650",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        error_background_fill="#fdf0ee",
        error_background_fill_dark="#3a1c22",
    )
