"""One id for a sport whichever feed speaks of it, so that a rule for football is one for all feeds."""

from collections.abc import Mapping
from typing import Final

from pyplatform.contracts.feeds import Named

_NAMES: Final = {
    "football": "Football",
    "basketball": "Basketball",
    "baseball": "Baseball",
    "ice_hockey": "Ice hockey",
    "tennis": "Tennis",
    "handball": "Handball",
    "golf": "Golf",
    "boxing": "Boxing",
    "motorsport": "Motorsport",
    "rugby_union": "Rugby union",
    "rugby_league": "Rugby league",
    "aussie_rules": "Aussie rules",
    "american_football": "American football",
    "cycling": "Cycling",
    "snooker": "Snooker",
    "table_tennis": "Table tennis",
    "cricket": "Cricket",
    "darts": "Darts",
    "volleyball": "Volleyball",
    "mixed_martial_arts": "Mixed martial arts",
    "horse_racing": "Horse racing",
    "greyhound_racing": "Greyhound racing",
    "politics": "Politics",
}
BETFAIR: Final = {
    "1": "football",
    "2": "tennis",
    "3": "golf",
    "4": "cricket",
    "5": "rugby_union",
    "6": "boxing",
    "7": "horse_racing",
    "8": "motorsport",
    "11": "cycling",
    "1477": "rugby_league",
    "3503": "darts",
    "4339": "greyhound_racing",
    "6422": "snooker",
    "6423": "american_football",
    "7511": "baseball",
    "7522": "basketball",
    "7524": "ice_hockey",
    "61420": "aussie_rules",
    "468328": "handball",
    "998917": "volleyball",
    "2378961": "politics",
    "2593174": "table_tennis",
    "26420387": "mixed_martial_arts",
}
"""Event types of the exchange."""
UOF: Final = {
    "1": "football",
    "2": "basketball",
    "3": "baseball",
    "4": "ice_hockey",
    "5": "tennis",
    "6": "handball",
    "9": "golf",
    "10": "boxing",
    "11": "motorsport",
    "12": "rugby_union",
    "13": "aussie_rules",
    "16": "american_football",
    "17": "cycling",
    "19": "snooker",
    "20": "table_tennis",
    "21": "cricket",
    "22": "darts",
    "23": "volleyball",
    "117": "mixed_martial_arts",
}
"""Sports of the odds feed, by the digits of sr:sport:N."""


def sport(feed: str, known: Mapping[str, str], number: str, name: str = "") -> Named:
    """A sport by a feed's number and name for it; nothing where the feed does not say."""
    if not number:
        return Named()
    found = known.get(number, "")
    if found:
        return Named(found, name or _NAMES[found])
    return Named(f"{feed}:{number}", name)
