"""Decoders of compressed recordings, on threads of their own."""

from typing import final

__all__ = ["Bzip2Decoder"]

@final
class Bzip2Decoder:
    """A bzip2 file of one or more streams, given in any chunking, decoded block by block.

    Blocks are decoded on `threads` threads at once and come in order; about 10 MB a thread are held. All checksums
    are checked. Once it raised, nothing more can be read.

        decoder.push(data)
        while (content := decoder.read()) is not None: ...
    """

    def __new__(cls, threads: int = 2) -> Bzip2Decoder: ...
    def push(self, data: bytes) -> None:
        """Take bytes of the file."""
    def finish(self) -> None:
        """No more bytes will come."""
    def read(self) -> bytes | None:
        """The next content, never empty; None when more bytes are needed, or at the end. EOFError if the file is cut
        off, OSError if it is damaged or no bzip2 file, after all content before that place."""
