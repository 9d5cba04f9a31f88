"""The levels of the U-Net - down, middle, up - whatever their temporal filling."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from engine.nets.frames import Signals, plus
from engine.nets.resnet import Downsample, Upsample
from engine.nets.temporal import Filling, LevelSpec

Widths = Sequence[tuple[int, int]]


class Level(nn.Module):
    """Resnets and attentions at one size, in the filling's order.

    Args:
        filling: which modules.
        widths: input and output channels of each resnet.
        spec: the level's numbers.
        attended: how many of the resnets are followed by attention.
        followed: how many are followed by the filling's `after_attention`.
    """

    _gradient_checkpointing_func: Callable[..., Tensor]

    def __init__(
        self, filling: Filling, widths: Widths, spec: LevelSpec, attended: int, followed: int
    ) -> None:
        super().__init__()
        self.gradient_checkpointing = False  # diffusers' enable_gradient_checkpointing sets it
        self.resnets = nn.ModuleList(filling.resnet(i, o, spec) for i, o in widths)
        self.convolutions = ["resnets"]
        if filling.after_resnet is not None:
            extra = filling.after_resnet
            self.add_module(extra.name, nn.ModuleList(extra.build(o, spec) for _, o in widths))
            self.convolutions.append(extra.name)
        self.attending: list[str] = []
        if attended:
            self.attentions = nn.ModuleList(
                filling.attention(o, spec) for _, o in widths[:attended]
            )
            self.attending.append("attentions")
        if filling.after_attention is not None and followed:
            extra = filling.after_attention
            modules = (extra.build(o, spec) for _, o in widths[:followed])
            self.add_module(extra.name, nn.ModuleList(modules))
            self.attending.append(extra.name)

    def layer(self, lists: Sequence[str], index: int, x: Tensor, signals: Signals) -> Tensor:
        """Run the `index`-th module of the named lists; recomputed in backward if checkpointed."""
        if self.gradient_checkpointing and torch.is_grad_enabled():
            return self._gradient_checkpointing_func(self._layer, lists, index, x, signals)
        return self._layer(lists, index, x, signals)

    def _layer(self, lists: Sequence[str], index: int, x: Tensor, signals: Signals) -> Tensor:
        for name in lists:
            x = self.get_submodule(f"{name}.{index}")(x, signals)
        return x


def _counts(filling: Filling, layers: int, attention: bool) -> tuple[int, int]:
    after = filling.after_attention
    everywhere = after is not None and after.everywhere
    return layers if attention else 0, layers if attention or everywhere else 0


class DownLevel(Level):
    """Layers, each of which leaves a skip, then a downsampler, which leaves one too."""

    def __init__(
        self, filling: Filling, widths: Widths, spec: LevelSpec, *, attention: bool, last: bool
    ) -> None:
        super().__init__(filling, widths, spec, *_counts(filling, len(widths), attention))
        self.downsamplers = None if last else nn.ModuleList([Downsample(widths[-1][1])])

    def forward(
        self, x: Tensor, signals: Signals, residual: Tensor | None
    ) -> tuple[Tensor, list[Tensor]]:
        """`(b f) c h w` to the next level's input and this level's skips."""
        skips: list[Tensor] = []
        for index in range(len(self.resnets)):
            x = self.layer(self.convolutions + self.attending, index, x, signals)
            if index == len(self.resnets) - 1:
                x = plus(x, residual, signals.frames)
            skips.append(x)
        if self.downsamplers is not None:
            x = self.downsamplers[0](x)
            skips.append(x)
        return x, skips


class MidLevel(Level):
    """A resnet, then pairs of attention and resnet."""

    def __init__(self, filling: Filling, channels: int, spec: LevelSpec) -> None:
        super().__init__(filling, [(channels, channels)] * 2, spec, 1, 1)

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        """`(b f) c h w` to the same."""
        x = self.layer(self.convolutions, 0, x, signals)
        x = self.layer(self.attending, 0, x, signals)
        return self.layer(self.convolutions, 1, x, signals)


class UpLevel(Level):
    """Layers, each of which takes a skip, then an upsampler."""

    def __init__(
        self, filling: Filling, widths: Widths, spec: LevelSpec, *, attention: bool, last: bool
    ) -> None:
        super().__init__(filling, widths, spec, *_counts(filling, len(widths), attention))
        self.upsamplers = None if last else nn.ModuleList([Upsample(widths[-1][1])])

    def forward(self, x: Tensor, signals: Signals, skips: list[Tensor]) -> Tensor:
        """`(b f) c h w` to the next level's input; takes its skips off the end of the list."""
        for index in range(len(self.resnets)):
            x = torch.cat((x, skips.pop()), dim=1)
            x = self.layer(self.convolutions + self.attending, index, x, signals)
        if self.upsamplers is not None:
            x = self.upsamplers[0](x, skips[-1].shape[-2:])
        return x
