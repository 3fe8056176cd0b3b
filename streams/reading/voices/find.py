"""A parsed article and its names in, every voice that speaks in it out.

The theory: a voice is a verb of speaking with its subject ("Ms. Maliar said"), "according to"
somebody, a headline's last word after a mark ("Quake kills five: officials"), or a quotation with
its speaker, named in the same paragraph or, where a quote runs on, in the one before. What it
speaks about is the clause below the verb; a deed outside of that clause is not its claim. A voice
is an outlet's own witness when its reporters saw ("Reporters from Reuters and the BBC confirmed").

What it gets wrong on purpose: "officials" without a country stay "officials". A quote whose speaker
is named two paragraphs later has none.
"""

# ruff: noqa: RUF001 - newspapers write curly quotes
from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Token

from streams.reading.names import Names, clean_phrase, phrase_of
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.voices.cues import deeds_of, load_cues
from streams.reading.voices.quotes import find_quotes
from streams.reading.voices.voice import Voice, Voices
from streams.records import Stance

_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "parataxis"})
_ONLY_WITH_CLAUSE = frozenset({"find", "show", "recall", "indicate", "suspect", "note", "comment"})
_ABOUT = frozenset({"of", "for", "on", "about", "as"})
_NOT_SPEAKING = frozenset(
    {"video", "footage", "photo", "image", "law", "rule", "it", "which", "that"}
)
_CHECK = r"(?:immediately |independently |yet )*"
_UNVERIFIED = re.compile(
    r"(?P<who>(?-i:[A-Z][\w’']+(?: [A-Z][\w’']+){0,3}))? ?"
    r"(?:(?:could|can|has|have|had|was|were|is|are)(?: ?not|n[’']t)(?: yet)?(?: been)?(?: able to)?"
    rf" ?(?:be )?{_CHECK}(?:verif(?:y|ied)|confirm(?:ed)?|corroborated?|authenticated?)"
    rf"|(?:was|were|is|are) unable to {_CHECK}(?:verify|confirm)"
    rf"|(?:neither|none|no) .{{0,40}}?(?:could|can|has|have)(?: be| been) {_CHECK}(?:verified|confirmed)"
    r"|unverifi(?:ed|able) (?:claims?|reports?|figures?|video|footage)"
    r"|no independent (?:confirmation|verification))"
    r"|it (?:was|is)(?: not|n[’']t)(?: immediately| yet)? clear (?:where|when|who|how|whether|if)"
    r"(?=.*\b(?:footage|videos?|images?|photos?|recordings?|claims?|pictures)\b)",
    re.IGNORECASE,
)
_UNVERIFIED_CUES = ("verif", "confirm", "corroborat", "authenticat", "clear")
"""Without one of these the pattern cannot match; looking for them is far cheaper."""
_HEADLINE_TAIL = re.compile(r"(?::|\s[-–—]|,)\s+(?P<who>[^:,–—]{2,50})$")
_HEADLINE_HEAD = re.compile(r"^(?P<who>[^:,–—]{2,30}):\s")


def find_voices(parsed: ParsedArticle, names: Names) -> Voices:
    """Find the voices of an article, sentence by sentence."""
    found: list[Voice] = []
    for sentence in parsed.sentences:
        if sentence.paragraph.role == "caption":
            continue
        found.extend(_find_verbs(sentence, names))
        found.extend(_find_according(sentence, names))
        if sentence.paragraph.role == "headline":
            found.extend(_find_headline(sentence))
        found.extend(_find_unverified(sentence, parsed.article.publisher))
    found.extend(_find_quoted(parsed, found))
    found.sort(key=lambda voice: (voice.sentence.index, voice.cue.i if voice.cue else 0))
    return Voices(tuple(found), parsed.article.publisher)


def is_outlet(name: str) -> bool:
    """Tell whether a name is an outlet's, so that what it saw counts as witness."""
    folded = re.sub(r"^the ", "", name.lower())
    return folded in load_cues("outlet")


def _find_verbs(sentence: Sentence, names: Names) -> Iterator[Voice]:
    verbs, denials = load_cues("verb"), load_cues("denial")
    for token in sentence.tokens:
        lemma = token.lemma_.lower()
        stance = denials.get(lemma) or verbs.get(lemma)
        if stance is None or token.pos_ not in {"VERB", "AUX"}:
            continue
        if lemma in denials and lemma != "deny" and not _denies_something(token):
            continue
        if not _speaks(token, lemma):
            continue
        subject = _subject_of(token)
        if subject is None or subject.lower_ in _NOT_SPEAKING or _is_nobody(subject):
            continue
        if _is_negated(token) and stance == "confirms":
            stance = "cannot_verify"
        yield from _build_voices(sentence, token, subject, stance, names)


def _is_nobody(subject: Token) -> bool:
    """Tell whether nobody speaks: "no group has claimed responsibility"."""
    return subject.lower_ in {"nobody", "none", "neither"} or any(
        child.dep_ == "det" and child.lower_ in {"no", "neither"} for child in subject.children
    )


def _speaks(verb: Token, lemma: str) -> bool:
    """Tell whether a verb of two meanings speaks here: not "finds him guilty", not "accused of"."""
    if lemma in _ONLY_WITH_CLAUSE:
        return any(c.dep_ in _CLAUSES and c.pos_ in {"VERB", "AUX"} for c in verb.children)
    if lemma in {"accuse", "blame"} and verb.tag_ in {"VBN", "VBD"}:
        return any(child.dep_ in {"dobj", "agent"} for child in verb.children)
    return True


def _build_voices(
    sentence: Sentence, cue: Token, subject: Token, stance: Stance, names: Names
) -> Iterator[Voice]:
    content, of, back = _content_of(cue, stance)
    witnesses = _witnesses(subject)
    if subject.lower_ == "client":  # "Mr. Ruiz said his client denies it": the lawyer speaks
        subject = _subject_of(cue.head) or subject
    speakers = witnesses or [names.canonical(phrase_of(subject))]
    if not witnesses and subject.lower_ in {"they", "it", "who"}:
        antecedent = _antecedent(cue, subject)
        if antecedent is not None:
            witnesses = _witnesses(antecedent)
            speakers = witnesses or [names.canonical(phrase_of(antecedent))]
    for speaker in speakers:
        outlet = bool(witnesses) or (is_outlet(speaker) and stance in {"confirms", "cannot_verify"})
        sure: Stance = "confirms" if witnesses and stance == "asserts" else stance
        yield Voice(
            speaker=speaker,
            stance=sure,
            words=_words_of(cue),
            sentence=sentence,
            rule=f"voice.verb.{cue.lemma_.lower()}",
            cue=cue,
            content=content,
            of=names.canonical(phrase_of(of)) if of is not None else None,
            outlet=outlet,
            back=back,
        )


def _subject_of(verb: Token) -> Token | None:
    """Who does the speaking: the subject, the agent of a passive, or the subject of "and said"."""
    agents = [c for child in verb.children if child.dep_ == "agent" for c in child.children]
    if agents:
        return next((token for token in agents if token.dep_ == "pobj"), None)
    if any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children):
        return None
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    if subject is not None:
        relative = subject.lower_ in {"who", "which"} and verb.dep_ == "relcl"
        return verb.head if relative else subject
    return _subject_above(verb)


def _subject_above(verb: Token) -> Token | None:
    """The subject that a verb shares with the verb above: "…, and said", "…, adding that"."""
    above = verb.head
    if verb.dep_ in {"conj", "xcomp"} and above.pos_ in {"VERB", "AUX"}:
        return _subject_of(above)
    if verb.tag_ == "VBG" and verb.dep_ == "advcl" and above.pos_ in {"VERB", "AUX"}:
        return _subject_of(above)
    return above if verb.tag_ == "VBG" and verb.dep_ == "acl" else None


def _content_of(cue: Token, stance: Stance) -> tuple[frozenset[int], Token | None, bool]:
    """What a cue speaks about: its clause; whom it accuses; whether it points back."""
    content: set[int] = set()
    objects = [child for child in cue.children if child.dep_ in {"dobj", "attr", "oprd"}]
    clauses = [child for child in cue.children if child.dep_ in _CLAUSES]
    about = [child for child in cue.children if child.dep_ == "prep" and child.lower_ in _ABOUT]
    for child in (*objects, *clauses, *about):
        content.update(token.i for token in child.subtree)
    statement = _statement_of(cue)
    if statement is not None:  # "said in a statement that …": the parser ties the clause to it
        content.update(token.i for token in statement.subtree if token.i > statement.i)
    if cue.dep_ == "parataxis" or (cue.dep_ in {"advcl", "acl"} and not content):
        own = {token.i for token in cue.subtree}
        content.update(t.i for t in cue.sent if t.i not in own)
    if cue.dep_ == "ROOT" and not clauses:
        content.update(_side_content(cue))
    owns_up = any(child.lower_ == "responsibility" for child in objects)
    speech = stance in {"asserts", "announces", "threatens"}
    back = (owns_up or not speech) and _points_back(objects, content)
    if stance == "accuses":
        back = back or not any(deeds_of(cue.doc[number]) for number in content)
        return frozenset(content), _accused(objects, about), back
    return frozenset(content), None, back


def _accused(objects: list[Token], about: list[Token]) -> Token | None:
    """Whom an accusation is about: its object, or "blamed the blast on" somebody."""
    on = (c for prep in about if prep.lower_ == "on" for c in prep.children if c.dep_ == "pobj")
    named = (token for token in objects if token.pos_ in {"PROPN", "NOUN", "PRON"})
    return next(on, None) or next(named, None)


def _side_content(cue: Token) -> set[int]:
    """The clause beside a cue that the parser tied otherwise: "…, Ms. Maliar said."."""
    before = [t for t in cue.sent if t.i < cue.left_edge.i]
    if cue.i > cue.sent.start + 3 and cue.sent.end - cue.i <= 12:
        own = {t.i for child in cue.children if child.dep_ in _SUBJECTS for t in child.subtree}
        return {t.i for t in cue.sent if t.i < cue.i and t.i not in own}
    return {t.i for t in before}


def _points_back(objects: list[Token], content: set[int]) -> bool:
    referring = load_cues("referring")
    return (
        any(obj.lemma_.lower() in referring or obj.lower_ in referring for obj in objects)
        or not content
    )


def _denies_something(verb: Token) -> bool:
    referring = load_cues("referring")
    for child in verb.children:
        if child.dep_ in {"dobj", "nsubjpass"}:
            return child.lemma_.lower() in referring
        if child.dep_ == "ccomp":
            return True
    return False


def _is_negated(token: Token) -> bool:
    return any(child.dep_ == "neg" for child in token.children) or (
        token.dep_ == "xcomp"
        and any(c.dep_ == "neg" or c.lower_ == "unable" for c in token.head.children)
    )


def _antecedent(cue: Token, pronoun: Token) -> Token | None:
    """The subject of the clause above, for "where they confirmed" and "who said"."""
    if pronoun.lower_ == "who":
        return cue.head if cue.dep_ == "relcl" else None
    for above in cue.ancestors:
        if above.pos_ in {"VERB", "AUX"}:
            subject = next((c for c in above.children if c.dep_ in _SUBJECTS), None)
            if subject is not None and subject != pronoun:
                return subject
    return None


def _witnesses(subject: Token) -> list[str]:
    """The outlets whose people these are: "Reporters from Reuters and the BBC", "AFP journalists"."""
    if subject.lower_ not in load_cues("witness"):
        return []
    found = []
    for token in subject.subtree:
        if token.pos_ == "PROPN" and token.dep_ in {"pobj", "conj", "compound", "poss", "nmod"}:
            name = clean_phrase(phrase_of(token))
            if is_outlet(name):
                found.append(name)
    return list(dict.fromkeys(found))


def _words_of(cue: Token) -> str:
    """The words that say so: "said in a statement"."""
    statement = _statement_of(cue)
    last = statement.i if statement is not None else cue.i
    return str(cue.doc[cue.i : last + 1].text)


def _statement_of(cue: Token) -> Token | None:
    """What a cue was said in: the statement, the post, the interview."""
    for child in cue.children:
        if child.dep_ == "prep" and child.lower_ in {"in", "on", "via", "at", "during"}:
            for token in child.subtree:
                if token.lower_ in _STATEMENTS and 0 < token.i - cue.i <= 8:
                    return token
    return None


_STATEMENTS = frozenset(
    [
        "statement", "telegram", "twitter", "x", "facebook", "post", "interview", "briefing",
        "conference", "tweet", "channel", "court", "email", "letter", "speech", "report", "instagram",
    ]
)  # fmt: skip


def _find_according(sentence: Sentence, names: Names) -> Iterator[Voice]:
    for token in sentence.tokens:
        if token.lower_ != "according":
            continue
        to = token.nbor() if token.i + 1 < len(token.doc) else None
        speaker = to and next((c for c in to.children if c.dep_ == "pobj"), None)
        if to is None or to.lower_ != "to" or speaker is None:
            continue
        own = {t.i for t in token.subtree}
        clause = token.head.subtree if token.head.pos_ in {"VERB", "AUX"} else sentence.tokens
        yield Voice(
            speaker=names.canonical(phrase_of(speaker)),
            stance="asserts",
            words="according to",
            sentence=sentence,
            rule="voice.according",
            cue=token,
            content=frozenset(t.i for t in clause if t.i not in own),
        )


def _find_headline(sentence: Sentence) -> Iterator[Voice]:
    for pattern in (_HEADLINE_TAIL, _HEADLINE_HEAD):
        match = pattern.search(sentence.text)
        if not match:
            continue
        who = match.group("who").strip()
        if who.split()[-1].lower().strip(".") not in load_cues("verbless"):
            continue
        begin, end = match.span("who")
        offset = sentence.tokens.start_char
        yield Voice(
            speaker=who,
            stance="asserts",
            words=who,
            sentence=sentence,
            rule="voice.headline",
            content=frozenset(t.i for t in sentence.tokens if not begin <= t.idx - offset < end),
        )


def _find_unverified(sentence: Sentence, publisher: str) -> Iterator[Voice]:
    text = sentence.text
    lower = text.lower()
    if not any(cue in lower for cue in _UNVERIFIED_CUES):
        return
    match = _UNVERIFIED.search(text)
    if not match:
        return
    who = match.group("who") or ""
    speaker = re.sub(r"^The ", "", who) if is_outlet(who) else publisher
    yield Voice(
        speaker=speaker,
        stance="cannot_verify",
        words=match.group().strip(),
        sentence=sentence,
        rule="voice.unverified",
        content=frozenset(token.i for token in sentence.tokens),
        outlet=True,
        back=True,
    )


def _find_quoted(parsed: ParsedArticle, found: list[Voice]) -> Iterator[Voice]:
    """Give each quoted sentence without a verb of speaking its speaker."""
    spoken = {voice.sentence.index for voice in found if voice.content}
    by_paragraph: dict[int, list[Voice]] = {}
    for voice in found:
        if voice.cue is not None and voice.rule.startswith("voice.verb"):
            by_paragraph.setdefault(voice.sentence.paragraph.index, []).append(voice)
    last: Voice | None = None
    open_quote = False
    for sentence in parsed.sentences:
        quotes = find_quotes(sentence.paragraph.text)
        begin = sentence.tokens.start_char
        inside = [q for q in quotes if q.start <= begin + 1 and q.end > begin + 2]
        own = by_paragraph.get(sentence.paragraph.index, [])
        if own:
            last = min(own, key=lambda voice: abs(voice.sentence.index - sentence.index))
        if inside and sentence.index not in spoken and last is not None and (own or open_quote):
            yield Voice(
                speaker=last.speaker,
                stance="asserts",
                words=last.words,
                sentence=sentence,
                rule="voice.quote",
                content=frozenset(token.i for token in sentence.tokens),
            )
        if quotes:
            open_quote = not quotes[-1].closed
        elif not own:
            open_quote = False
