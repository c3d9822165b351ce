"""A body as it comes, in chunks of 16 kB."""

from __future__ import annotations

LARGE_BYTES = 1024 * 1024  # ten times the mean of ImageNet's photographs


class GrowingBody:
    """An ordinary one is joined when it is whole: many that grow side by side would have to be
    moved with nearly every chunk.  A large one is not, so that it is never in memory twice."""

    def __init__(self) -> None:
        self.byte_count = 0
        self._chunks: list[bytes] = []
        self._large: bytearray | None = None

    def add(self, chunk: bytes) -> None:
        self.byte_count += len(chunk)
        if self._large is not None:
            self._large += chunk
            return
        self._chunks.append(chunk)
        if self.byte_count > LARGE_BYTES:
            self._large = bytearray().join(self._chunks)
            self._chunks.clear()

    def whole(self) -> bytes | bytearray:
        return b"".join(self._chunks) if self._large is None else self._large
