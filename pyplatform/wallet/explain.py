"""Explanations from the journal in Postgres, with the signed anchors that cover them."""

from typing import Final

from pyplatform.core.explaining import Explanation, Story, Subject
from pyplatform.core.steps import Domain
from pyplatform.core.words import time_words
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.anchors import AnchorConfig, AnchorFolder
from pyplatform.wallet.asof import batch_of
from pyplatform.wallet.store import JournalReader

MOST_STEPS: Final = 100


async def explain(
    reader: JournalReader,
    tenant: str,
    subject: Subject,
    domain: Domain,
    *,
    anchors: AnchorConfig | None = None,
    most: int = MOST_STEPS,
) -> Explanation | None:
    """Explain `subject` from the tenant's journal, read from its beginning and verified on the way.

    None when the journal tells nothing of it. Raises PlatformError when it does not verify, or differs from a signed
    anchor.
    """
    tip = await reader.tip() or 0
    story = Story(tenant, subject, domain, most)
    if subject.kind == "entry":
        entries = (await batch_of(reader, subject.seq, tip)).entries()
        story.about(next(entry for entry in entries if entry.seq == subject.seq))
    while story.after < tip:
        page = await reader.page(story.after, tip)
        if not page:
            raise PlatformError(f"the journal of {tenant} has nothing after entry {story.after:,}")
        try:
            story.take([batch for _, batch in page])
        except ValueError as error:
            raise PlatformError(f"the journal of {tenant} does not verify: {error}") from error
    return story.explain(await _anchored(reader, tenant, anchors))


async def _anchored(
    reader: JournalReader, tenant: str, anchors: AnchorConfig | None
) -> list[tuple[int, str]]:
    """Sequence and time of every anchor, each held against the journal."""
    if anchors is None:
        return []
    found: list[tuple[int, str]] = []
    try:
        for anchor in AnchorFolder(anchors.folder, tenant).read(anchors.key):
            if await reader.hash_at(anchor.seq) != bytes.fromhex(anchor.hash):
                raise PlatformError(
                    f"the anchor at entry {anchor.seq:,} knows another past than the journal of {tenant}"
                )
            found.append((anchor.seq, time_words(anchor.at)))
    except ValueError as error:
        raise PlatformError(f"an anchor of {tenant} does not verify: {error}") from error
    return found
