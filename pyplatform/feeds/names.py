"""What the lines and outcomes of the odds feed are called, in its language and in further ones."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from pyplatform.contracts.feeds import Translation
from pyplatform.core.feeds.uof import Descriptions
from pyplatform.feeds.fixtures import Fixture
from pyplatform.feeds.uof_messages import BrokenDocument, elements

_PERSON: Final = re.compile(r"(?<![\w:])[a-z]+:(?:player|competitor):\d+(?![\w:])")
_MOST_PROFILES: Final = 200_000


class Lack(NamedTuple):
    """The description of a variant of a market, or (market 0) the profile of a player or competitor."""

    urn: str
    market: int = 0


class Names:
    """Names from descriptions and profiles. What is lacking is asked for by `want` and comes by `learn`."""

    def __init__(self, descriptions: bytes | None) -> None:
        self._own = Descriptions(descriptions) if descriptions else None
        self._others: dict[str, Descriptions] = {}
        self._profiles: dict[str, str] = {}
        self._lacking: dict[Lack, set[str]] = {}
        self.want: Callable[[Lack], None] = lambda _: None

    def add(self, document: bytes) -> None:
        """Take further descriptions, such as those of all variants; ValueError if they cannot be read."""
        if self._own is not None:
            self._own.add(document)

    def add_language(self, language: str, *documents: bytes) -> None:
        """Name markets in another language as well; ValueError if its descriptions cannot be read."""
        names = Descriptions(documents[0], language=language)
        for document in documents[1:]:
            names.add(document)
        self._others[language] = names

    def learn(self, lack: Lack, documents: dict[str, bytes]) -> set[str]:
        """Take what was lacking, by language ("" the feed's own); answers the events it was lacking of.

        Raises BrokenDocument or ValueError if it cannot be read.
        """
        if lack.market:
            for language, document in documents.items():
                names = self._others.get(language) if language else self._own
                if names is not None:
                    names.add(document)
        else:
            self._profiles[lack.urn] = _name(documents[""], lack.urn)
            if len(self._profiles) > _MOST_PROFILES:
                self._profiles.pop(next(iter(self._profiles)))
        return self._lacking.pop(lack, set())

    def forget(self, event: str) -> None:
        """Nobody needs the names of an event any more."""
        for lack, events in list(self._lacking.items()):
            events.discard(event)
            if not events:
                del self._lacking[lack]

    def of(
        self, event: str, line: str, keys: Sequence[str], fixture: Fixture
    ) -> tuple[str, list[str], tuple[Translation, ...]]:
        """Names of the line "market id/specifiers" and its outcomes: plain ones where descriptions do not suffice."""
        if self._own is not None:
            for lack in self._lacks(self._own, line, keys):
                self._lacking.setdefault(lack, set()).add(event)
                self.want(lack)
        people = _PERSON.findall("|".join((line, *keys)))
        profiles = {urn: self._profiles[urn] for urn in people if urn in self._profiles}
        name, outcomes = _called(self._own, event, line, keys, fixture, profiles)
        name = name or f"Market {line.replace('/', ' ')}".rstrip()
        outcomes = [called or f"Outcome {key}" for key, called in zip(keys, outcomes, strict=True)]
        translations = []
        for language, descriptions in self._others.items():
            called, theirs = _called(descriptions, event, line, keys, fixture, profiles)
            words = tuple(there or here for there, here in zip(theirs, outcomes, strict=True))
            translations.append(Translation(language, fixture.name, called or name, words))
        return name, outcomes, tuple(translations)

    def _lacks(self, own: Descriptions, line: str, keys: Sequence[str]) -> Iterator[Lack]:
        market, _, specifiers = line.partition("/")
        variant = own.missing_variant(int(market), specifiers)
        if variant is not None:
            yield Lack(variant, int(market))
        for urn in _PERSON.findall("|".join((line, *keys))):
            if urn not in self._profiles:
                yield Lack(urn)


def _called(
    descriptions: Descriptions | None,
    urn: str,
    line: str,
    keys: Sequence[str],
    fixture: Fixture,
    profiles: dict[str, str],
) -> tuple[str, list[str]]:
    """The line's name and its outcomes'; "" where the descriptions do not suffice."""
    if descriptions is None:
        return "", [""] * len(keys)
    market, _, specifiers = line.partition("/")
    home, away, event = fixture.home or "Home", fixture.away or "Away", fixture.name or urn

    def named(outcome: str = "") -> str:
        try:
            if outcome:
                return descriptions.outcome_name(
                    int(market),
                    outcome,
                    specifiers,
                    competitor1=home,
                    competitor2=away,
                    event=event,
                    profiles=profiles,
                )
            return descriptions.market_name(
                int(market),
                specifiers,
                competitor1=home,
                competitor2=away,
                event=event,
                profiles=profiles,
            )
        except ValueError:
            return ""

    return named(), [named(key) for key in keys]


def _name(document: bytes, urn: str) -> str:
    found = elements(document, "player" if ":player:" in urn else "competitor")
    name = next((one.get("name", "") for one in found if one.get("id", urn) == urn), "")
    if not name:
        raise BrokenDocument(f"there is no profile of {urn} in it")
    return name
