"""What each worker needs: imported by the process that they are forked from, they find it there."""

from contextlib import suppress

import imagenet_utils.engine.worker  # noqa: F401

with suppress(Exception):  # it may be missing or broken: then a worker takes another decoder
    import simplejpeg  # noqa: F401
