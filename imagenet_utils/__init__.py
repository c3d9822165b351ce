"""Some categories of ImageNet, with boxes, proven, on your disk."""

__version__ = "1.0.0"
