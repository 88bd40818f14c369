"""Feeds: bytes in, market state out.

    from pyplatform.core.feeds import betfair

    books = betfair.Books()
    for line in betfair.open_stream("1.170258213.bz2"):
        books.apply(line)
        for market_id in books.touched():
            top = books.top(market_id)

    for batch in betfair.read("1.170258213.bz2"):  # numpy columns
        spread = batch.lay - batch.back

Nothing here opens a connection: the bytes may come from a socket, a file or a message.
"""

from pyplatform.core.feeds import betfair as betfair
from pyplatform.core.feeds import kalshi as kalshi
from pyplatform.core.feeds import market_books as market_books
from pyplatform.core.feeds import odds_api as odds_api
from pyplatform.core.feeds import polymarket as polymarket
from pyplatform.core.feeds import uof as uof
