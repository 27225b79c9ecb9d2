"""Example questions to begin with, made from the articles' own sentences; no model is asked.

A few shapes of news sentence turn into a question whose answer that sentence states: "Xi and Putin
signed two joint statements" into "What did Xi and Putin sign?" Better none than an odd one: a
sentence that does not fit a shape to the word is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from itertools import zip_longest

from assistant.schema.articles import Article
from assistant.text.sentences import split_sentences

_PAST = dict(
    pair.split(":")
    for pair in """
    announced:announce approved:approve banned:ban blamed:blame bought:buy built:build cancelled:cancel closed:close
    condemned:condemn criticised:criticise criticized:criticize cut:cut demanded:demand denied:deny discussed:discuss
    discovered:discover imposed:impose introduced:introduce launched:launch lost:lose opened:open
    ordered:order praised:praise promised:promise proposed:propose published:publish raised:raise rejected:reject
    released:release resumed:resume seized:seize signed:sign sold:sell suspended:suspend
    unveiled:unveil welcomed:welcome won:win
    """.split()
)
_FUTURE = "attend build close cut host launch meet open play receive release sign tour visit".split()
_NAME = r"(?:[A-Z][\w’'-]*\w)(?: (?:of |de |al-)?[A-Z0-9][\w’'-]*\w)*"
_NAMES = rf"(?P<who>{_NAME}(?:, {_NAME})*(?: and {_NAME})?)"
_START = r"^(?:(?:After|Before|By|During|Following|In|On|At|With|Under|Despite)\b[^,]{3,60}, )?"
_VERBS = "|".join(_PAST)
_OBJECT = r"(?P<what>[^,;:.!?()“”\"–—]{6,70})"
_DID = re.compile(rf"{_START}{_NAMES} (?:also |jointly )?(?P<verb>{_VERBS}) {_OBJECT}")
_AGREED = re.compile(rf"{_START}{_NAMES} (?:also |jointly )?agreed to (?P<what>\w+)")
_WILL = re.compile(rf"{_START}{_NAMES} will (?:also )?(?P<verb>{'|'.join(_FUTURE)}) {_OBJECT}")
_WHO = re.compile(rf"{_NAME}, who (?P<verb>{_VERBS}|held|met) {_OBJECT}")
_VISIT = re.compile(
    r"(?P<before>(?:[A-Z]\w+ ){0,4})(?P<name>[A-Z]\w+)[’']s? (?:state |official )?visit to (?P<place>[A-Z]\w+)"
)
_TITLES = re.compile(
    r"\b(?:After|Before|During|On|In|Following|Prime|President|Minister|Chancellor|King|Queen|Pope|Mr|Mrs|Ms|Dr)\b ?"
)
_TIME = re.compile(
    r" (?:(?:later|earlier) )?(?:(?:this|last|next) \w+|today|yesterday|tomorrow|shortly.*|(?:on|by) [A-Z]\w+day.*"
    r"|after.*|before.*|while.*|when.*|as .*|but .*|which.*|who.*|where.*|that.*|and .*)$"
)
_LEANING = re.compile(r"\b(?:he|him|his|she|her|it|its|they|their|them|this|these|those|such|one)\b", re.I)
_INSIDE = re.compile(r"(?<=[a-z0-9,] )[A-Z][\w’'-]*\w")
_LONGEST = 90


def example_questions(articles: Iterable[Article], most: int = 4) -> list[str]:
    """Up to `most` questions, by turns from each article, each of them answered by a sentence of it."""
    by_article = [list(dict.fromkeys(_of_article(article))) for article in articles]
    in_turn = [question for turn in zip_longest(*by_article) for question in turn if question]
    return list(dict.fromkeys(in_turn))[:most]


def _of_article(article: Article) -> Iterator[str]:
    texts = [paragraph.text[paragraph.dateline :] for paragraph in article.paragraphs]
    # A word with a capital inside a sentence is a name; at its beginning it may be any word.
    names = {name for text in texts for name in _INSIDE.findall(text)}
    for text in texts:
        for start, end in split_sentences(text) if text.strip() else ():
            questions = _of_sentence(" ".join(text[start:end].split()), names)
            yield from (question for question in list(questions)[:1] if len(question) <= _LONGEST)


def _of_sentence(sentence: str, names: Container[str]) -> Iterator[str]:
    if (found := _WILL.search(sentence)) and _named(found["who"], names):
        yield from _who(f"will {found['verb']}", found["what"])
    if (found := _DID.search(sentence)) and _named(found["who"], names):
        yield f"What did {_inside(found['who'])} {_PAST[found['verb']]}?"
        yield from _who(found["verb"], found["what"])
    if (found := _AGREED.search(sentence)) and _named(found["who"], names):
        yield f"What did {_inside(found['who'])} agree to do?"
    if found := _VISIT.search(sentence):
        name = _TITLES.sub("", f"{found['before'] or ''}{found['name']}").strip()
        if name and name.split()[0] in names:
            yield f"When did {name} visit {found['place']}?"
    if found := _WHO.search(sentence):
        yield from _who(found["verb"], found["what"])


def _who(verb: str, what: str) -> Iterator[str]:
    what = _TIME.sub("", what.strip())
    if len(what.split()) >= 2 and not _LEANING.search(what):
        yield f"Who {verb} {what}?"


def _named(subject: str, names: Container[str]) -> bool:
    return any(word in names for word in subject.replace(",", "").split())


def _inside(subject: str) -> str:
    """As it stands inside a sentence."""
    return subject.replace("The ", "the ", 1) if subject.startswith("The ") else subject
