"""Who did it to whom: a quote in which the other of two acts does not answer the question."""

from __future__ import annotations

import re

from assistant.words import stem, stems, words

_NAME = r"[A-Z][\w'’-]*(?:\s+[A-Z][\w'’-]*){0,3}"
_ASKED = re.compile(
    rf"\b(?i:did|does|do|has|have|had|will|would|can|could|should)\s+(?:[a-z]+\s+){{0,2}}(?P<who>{_NAME})\s+"
    rf"(?:also\s+)?(?P<does>[a-z]+)\s+(?:[a-z]+\s+){{0,2}}?(?P<whom>{_NAME})"
)
# Who meets somebody is met.
_MUTUAL = stems("meet met marry divorce join greet face resemble equal")
_PASSIVE = frozenset("was were is are been being be".split())


def is_reversed(question: str, quote: str) -> bool:
    """True where `question` asks what A does to B, and `quote` has B, and no A, before the same verb.

    "Why did Xi congratulate Putin?" is not answered by "Putin congratulated his counterpart". A
    passive ("Putin was congratulated") turns the two round, so it does not count.
    """
    asked = _ASKED.search(question)
    if asked is None:
        return False
    who, whom, verb = stems(asked["who"]), stems(asked["whom"]), stem(asked["does"])
    found = words(quote)
    for place, word in enumerate(found):
        if word.stem != verb or verb in _MUTUAL or word.is_capitalised:
            continue
        before = found[:place]
        following = found[place + 1].written if place + 1 < len(found) else ""
        if any(earlier.written in _PASSIVE for earlier in before[-2:]) or following == "by":
            continue
        named = {earlier.stem for earlier in before if earlier.is_capitalised}
        if named & whom and not named & who:
            return True
    return False
