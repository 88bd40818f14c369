"""Messages of JetStream, asked for."""

from nats.aio.msg import Msg
from nats.js import JetStreamContext


async def pull(subscription: JetStreamContext.PullSubscription, most: int, seconds: float) -> list[Msg]:
    """Up to `most` messages, none if none came in time; raises APIError when the stream is lost."""
    try:
        return await subscription.fetch(most, timeout=seconds)
    except (
        TimeoutError
    ):  # asyncio's own, too: the library lets it through where time ends between two of its requests
        # A lost stream leaves the consumer hanging without a word.
        await subscription.consumer_info()
        return []
