"""SVD's view of what a picture is about: CLIP's ViT-H, with SVD's way of making pictures small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.transforms.functional import gaussian_blur

if TYPE_CHECKING:  # transformers takes seconds to import; whoever has a model has it already
    from transformers import CLIPVisionModelWithProjection

SIDE = 224
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP's training pictures, per channel of RGB in [0, 1]."""


class SVDImageEncoder(nn.Module):
    """An `ImageEncoder` around CLIP (specs/mimicmotion.md a.5); runs in the model's precision.

    Args:
        model: SVD's `image_encoder`.
    """

    def __init__(self, model: CLIPVisionModelWithProjection) -> None:
        super().__init__()
        self.model = model

    def tokens(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to one token each, `n 1 d` float32."""
        small = (shrunk(pixels.float()) + 1) / 2
        mean, deviation = (small.new_tensor(x).view(3, 1, 1) for x in (MEAN, DEVIATION))
        embedding = self.model((small - mean).div(deviation).to(self.model.dtype)).image_embeds
        return embedding.float()[:, None]


def shrunk(pixels: Tensor, side: int = SIDE) -> Tensor:
    """`n 3 H W` squashed to `n 3 side side`: a Gaussian blur by the factor, then bicubic.

    SVD blurs with a deviation of half of what the factor exceeds 1 by, over about four of them,
    and interpolates from corner to corner.
    """
    sigmas = [max((length / side - 1) / 2, 0.001) for length in pixels.shape[-2:]]
    kernel = [int(max(4 * sigma, 3)) | 1 for sigma in sigmas]  # odd
    blurred = gaussian_blur(pixels, kernel[::-1], sigmas[::-1])  # torchvision wants width first
    return F.interpolate(blurred, (side, side), mode="bicubic", align_corners=True)
