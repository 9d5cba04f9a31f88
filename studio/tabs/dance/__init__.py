"""The Dance tab: a person and a dance go in, a video comes out."""

from studio.tabs.dance.tab import Dance

__all__ = ["Dance"]
