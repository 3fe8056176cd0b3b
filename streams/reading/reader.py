"""One parsed article in, its mentions out: what `read_article` does for an English article.

Names, dates, places, numbers and voices of the article are found once; then every coding gets its
own, drafts of one event are folded, and what is worth telling becomes mentions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from streams.identity import mention_id
from streams.lexicon.ontology import OTHER, get_kind
from streams.merging.blocking import build_block_keys
from streams.reading.coding.clauses import find_speech
from streams.reading.coding.code import Coding, code_sentence
from streams.reading.domains import HARD_GROUPS, find_borrowed_groups
from streams.reading.draft import Draft
from streams.reading.fold import fold_drafts
from streams.reading.genre import judge_genre
from streams.reading.headline import headline_fallback, reports_nothing
from streams.reading.names import build_names
from streams.reading.news import judge_newsworthiness, recall_deeds
from streams.reading.numbers import choose_numbers, find_quantities
from streams.reading.parse import ParsedArticle, Sentence
from streams.reading.passages import Role
from streams.reading.past import recall_past
from streams.reading.select import find_main, is_of_opening, select_drafts
from streams.reading.speech import is_own_side
from streams.reading.spoken import guess_spoken
from streams.reading.voices import choose_claims, find_voices, voice_at
from streams.reading.when import choose_when, find_dates
from streams.reading.where import choose_all_where, find_places
from streams.reading.who.actors import build_actors, is_somebody
from streams.reading.who.countries import CountryName, find_country
from streams.reading.who.nationality import find_nationalities
from streams.reading.words import Token
from streams.records import Actor, Claim, Genre, Mention, Quantity, Reason, When, Where

MAX_MENTIONS = 16
"""More events than this in one article are a list; the first are kept."""
MAX_PLACES = 6
"""More places than this in one clause are a route or a list of examples: one event."""
BY_PLACE = frozenset({"territory", "attack"})
"""Groups in which "captured A and B" is two events."""
SILENT = frozenset({"review", "listing", "recipe", "language", "advertisement"})
"""Genres that report no event at all."""
OWN_COUNTRY = re.compile(r"(?:country|nation)['\u2019]s ((?:\w+ ){0,2}\w+)$")
SETTLEMENTS = frozenset({"settlement", "village", "town", "city", "hamlet"})
MIN_HARD_GUESS = 0.7
"""Confidence from which a war or crime is guessed at all: its words are borrowed most."""
MIN_GUESS = 0.55
"""Confidence from which a guessed kind needs nothing else to stand on."""
MAX_LEAD = 3
"""Sentences of the first paragraph that are the lead; what follows goes on as a body does."""
CONTEXT_CHARS = 2_000


class ArticleReader:
    """One article while it is read: its names, dates, places and voices, found once."""

    def __init__(self, parsed: ParsedArticle, genre: Genre | None = None) -> None:
        """Find what the whole article shares; `genre` overrules what it looks like."""
        self.parsed = parsed
        judged, self.genre_reason = judge_genre(parsed)
        self.genre: Genre = genre or judged
        self.names = build_names(parsed)
        self.nationalities = find_nationalities(parsed, self.names)
        self.dates = find_dates(parsed)
        self.places = find_places(parsed)
        self.quantities = find_quantities(parsed)
        self.voices = find_voices(parsed, self.names)

    def read(self) -> tuple[Mention, ...]:
        """Read the mentions, in the order of the text."""
        if self.genre in SILENT or reports_nothing(self.parsed):
            return ()
        codings = [coding for coding in code_article(self.parsed) if self._is_meant(coding)]
        drafts = [draft for coding in codings for draft in self._build_drafts(coding)]
        folded = recall_past(recall_deeds(fold_drafts(tuple(drafts))), self.parsed)
        told = select_drafts(folded, self.genre)
        main = find_main(told)
        unread = main is None or not main.in_opening
        guessed = self._fall_back(beside=told) if unread else ()
        if guessed or (unread and main is not None and not is_of_opening(main, self.parsed)):
            main = None  # what only the body tells, of other people and things, is not the news
        return self._number(
            [*guessed, *(self._build_mention(draft, main=draft is main) for draft in told)][
                :MAX_MENTIONS
            ]
        )

    def _is_meant(self, coding: Coding) -> bool:
        if not coding.pattern.spoken:
            return True
        return is_own_side(coding, self.names, self.nationalities)

    # ------------------------------------------------------------------ drafts

    def _build_drafts(self, coding: Coding) -> list[Draft]:
        """One draft a coding; one a place where a clause tells several events at once."""
        sentence, trigger = coding.sentence, coding.trigger
        where = choose_all_where(self.places, self.parsed, sentence, trigger)
        for other in coding.also:
            where = where or choose_all_where(self.places, self.parsed, sentence, other)
        where = where or self._follow_place(coding)
        several = coding.group in BY_PLACE and 1 < len(where) <= MAX_PLACES
        return [
            self._build_draft(coding, place)
            for place in (where if several else where[:1] or (None,))
        ]

    def _build_draft(self, coding: Coding, where: Where | None) -> Draft:
        sentence, trigger = coding.sentence, coding.trigger
        recalled = coding.judgement.recalled
        modality = coding.judgement.modality
        when = choose_when(
            self.dates, self.parsed, sentence, trigger, background=recalled, kind=coding.kind
        )
        news, news_reason = judge_newsworthiness(self.parsed, sentence, trigger, when, self.genre)
        told_before = coding.group == "justice" and self._role_of(sentence) == "body"
        if (
            news_reason.rule == "news.past_perfect"
            and find_speech(trigger) is not None
            and not told_before
        ):
            news = "new"  # "said they had captured": the tense of reported speech
        claims = choose_claims(
            self.voices,
            self.parsed,
            sentence,
            trigger,
            modality,
            place=where.name if where is not None else None,
        )
        return Draft(
            coding=coding,
            kind=coding.kind,
            modality=modality,
            when=when,
            where=where,
            actors=self._find_actors(coding),
            targets=self._build_actors(coding.targets, coding),
            recipients=self._find_recipients(coding),
            numbers=self._find_numbers(coding),
            claims=tuple(self._place_claim(claim) for claim in claims),
            newsworthiness="background" if recalled else news,
            sentences=(sentence.index,),
            told=frozenset({self._role_of(sentence)}),
            reasons=(*_explain(coding, when, where), news_reason),
            confidence=coding.confidence,
        )

    def _role_of(self, sentence: Sentence) -> Role:
        """What part of the article it is; of a text without paragraphs only the first is lead."""
        role, first = sentence.paragraph.role, sentence.index - MAX_LEAD
        if role != "lead" or first < 0:
            return role
        return "body" if self.parsed.sentences[first].paragraph is sentence.paragraph else role

    def _follow_place(self, coding: Coding) -> tuple[Where, ...]:
        """The settlement that "the village" or "the town" of a clause stands for."""
        near = (*coding.frame.subjects, *coding.frame.objects, *_subjects_of(coding))
        if coding.group not in BY_PLACE or not any(_is_the_place(token) for token in near):
            return ()
        first = coding.sentence.index - 2
        before = [
            place.where
            for place in self.places.found
            if first <= place.sentence <= coding.sentence.index
            and (place.sentence, place.first.i) < (coding.sentence.index, coding.trigger.i)
            and place.role == "place"
            and place.where.feature in {"settlement", "unknown"}
        ]
        return (before[-1].model_copy(update={"rule": "place.definite"}),) if before else ()

    def _build_actors(self, tokens: Sequence[Token], coding: Coding) -> tuple[Actor, ...]:
        found = build_actors(tokens, coding.sentence, self.names)
        return tuple(self._with_country(actor, coding) for actor in found)

    def _find_actors(self, coding: Coding) -> tuple[Actor, ...]:
        """Who did it; for a threat also who speaks it."""
        tokens = [token for token in coding.actors if is_somebody(token)]
        if coding.pattern.spoken:
            speech = find_speech(coding.trigger)
            tokens += list(speech[1]) if speech is not None else []
        return self._build_actors(tokens, coding)

    def _find_recipients(self, coding: Coding) -> tuple[Actor, ...]:
        """Who receives; for a threat, the other countries its clause names."""
        recipients = self._build_actors(coding.recipients, coding)
        if recipients or coding.group != "threat":
            return recipients
        own = {actor.country for actor in self._find_actors(coding)}
        others = [
            token
            for token in coding.trigger.subtree
            if (country := find_country(token)) is not None and country.iso not in own
        ]
        return self._build_actors(others, coding)

    def _find_numbers(self, coding: Coding) -> tuple[Quantity, ...]:
        """The event's numbers with who said each, and the tolls of the sentences that go on."""
        triggers = (coding.trigger, *coding.also)
        return choose_numbers(
            self.quantities, self.parsed, coding.sentence, triggers, coding.kind, self._find_speaker
        )

    def _find_speaker(self, sentence: Sentence, token: Token) -> str | None:
        voice = voice_at(self.voices, sentence, token)
        return voice.speaker if voice is not None else None

    def _find_speaker_country(self, coding: Coding) -> CountryName | None:
        """The country of whoever speaks the clause: what "the country's forces" means."""
        speech = find_speech(coding.trigger)
        for token in speech[1] if speech is not None else ():
            known = self.nationalities.get(self.names.canonical([token])) or find_country(token)
            if known is not None:
                return known
        speaker = self._find_speaker(coding.sentence, coding.trigger)
        known = self.nationalities.get(speaker) if speaker is not None else None
        return known or self._find_country_before(coding)

    def _find_country_before(self, coding: Coding) -> CountryName | None:
        """The country that was named last before the event's word, a sentence back at most."""
        first = max(0, coding.sentence.index - 1)
        for sentence in reversed(self.parsed.sentences[first : coding.sentence.index + 1]):
            for token in reversed(sentence.words):
                if sentence is coding.sentence and token.i >= coding.trigger.i:
                    continue
                known = find_country(token)
                if known is not None:
                    return known
        return None

    def _with_country(self, actor: Actor, coding: Coding) -> Actor:
        """Give an actor the country the article told of him, or "the country" that is meant."""
        if actor.country is not None:
            return actor
        known = self.nationalities.get(actor.name)
        if known is not None:
            return actor.model_copy(update={"country": known.iso})
        own = OWN_COUNTRY.match(actor.name)
        speaker = self._find_speaker_country(coding) if own is not None else None
        if own is None or speaker is None:
            return actor
        name = f"{own.group(1)} of {speaker.name}"
        return actor.model_copy(update={"country": speaker.iso, "name": name})

    def _place_claim(self, claim: Claim) -> Claim:
        """Give the claimant his country where the article tells it."""
        known = self.nationalities.get(claim.claimant)
        if claim.country is not None or known is None:
            return claim
        return claim.model_copy(update={"country": known.iso, "sector": claim.sector or "GOV"})

    # ------------------------------------------------------------------ mentions

    def _fall_back(self, beside: Sequence[Draft]) -> tuple[Mention, ...]:
        """Guess one mention from the headline of a report that no pattern reads.

        Beside events of the body it must be sure, and of a kind that none of them has.
        """
        guess = headline_fallback(self.parsed, self.genre)
        if guess is None or guess.kind == OTHER:
            guess = guess_spoken(self.voices.found, self.genre) or guess
        if guess is None or (
            get_kind(guess.kind).group in HARD_GROUPS and guess.confidence < MIN_HARD_GUESS
        ):
            return ()
        groups = {get_kind(draft.kind).group for draft in beside if draft.newsworthiness == "new"}
        if groups and (guess.confidence < MIN_HARD_GUESS or get_kind(guess.kind).group in groups):
            return ()
        sentence = next(s for s in self.parsed.sentences if s.paragraph.role != "caption")
        trigger = sentence.tokens.root
        when = choose_when(self.dates, self.parsed, sentence, trigger, kind=guess.kind)
        news, news_reason = judge_newsworthiness(self.parsed, sentence, trigger, when, self.genre)
        where = choose_all_where(self.places, self.parsed, sentence, trigger)[:1]
        numbers = choose_numbers(
            self.quantities, self.parsed, sentence, (trigger,), guess.kind, self._find_speaker
        )
        if guess.confidence < MIN_GUESS and not (self._is_dated(when) or numbers):
            return ()
        return (
            self._fill(
                kind=guess.kind,
                modality=guess.modality,
                newsworthiness=news,
                main=True,
                when=when,
                where=where[0] if where else None,
                numbers=numbers,
                claims=choose_claims(self.voices, self.parsed, sentence, trigger, "happened"),
                sentence=sentence.text,
                span=sentence.span,
                confidence=guess.confidence,
                why=(self.genre_reason, guess.reason, news_reason),
            ),
        )

    def _is_dated(self, when: When) -> bool:
        """Say whether the article shows when it happened: a day of its own, or a dateline."""
        datelined = any(paragraph.dateline for paragraph in self.parsed.paragraphs)
        return datelined or when.precision in {"hour", "day"}

    def _build_mention(self, draft: Draft, *, main: bool) -> Mention:
        sentence = draft.coding.sentence
        return self._fill(
            kind=draft.kind,
            modality=draft.modality,
            newsworthiness=draft.newsworthiness,
            main=main,
            when=draft.when,
            where=draft.where,
            actors=draft.actors,
            targets=draft.targets,
            recipients=draft.recipients,
            numbers=draft.numbers,
            claims=draft.claims,
            sentence=sentence.text,
            span=sentence.span,
            confidence=round(draft.confidence, 2),
            why=(self.genre_reason, *draft.reasons),
        )

    def _fill(
        self, kind: str, sentence: str, where: Where | None, *, main: bool, **fields: object
    ) -> Mention:
        """Add what every mention of the article shares."""
        article = self.parsed.article
        return Mention.model_validate(
            {
                "id": mention_id(article.id, kind, sentence, 0),
                "article_id": article.id,
                "article_version": article.version,
                "fetched": article.fetched,
                "published": article.published,
                "url": article.url,
                "publisher": article.publisher,
                "family": article.family,
                "wire": article.wire,
                "language": article.language,
                "genre": self.genre,
                "headline": article.title,
                "context": article.reading_text[:CONTEXT_CHARS],
                "names": (*self.names.people, *self.names.organisations),
                "places": self.places.names,
                "blocks": build_block_keys(kind, where, main=main),
                "kind": kind,
                "sentence": sentence,
                "where": where,
                "main": main,
                "backfill": article.backfill,
                **fields,
            }
        )

    def _number(self, mentions: list[Mention]) -> tuple[Mention, ...]:
        """Give mentions of one kind and sentence ids of their own."""
        counts: Counter[tuple[str, str]] = Counter()
        numbered = []
        for mention in mentions:
            ordinal = counts[mention.kind, mention.sentence]
            counts[mention.kind, mention.sentence] += 1
            identity = mention_id(mention.article_id, mention.kind, mention.sentence, ordinal)
            numbered.append(mention.model_copy(update={"id": identity}))
        return tuple(numbered)


def code_article(parsed: ParsedArticle) -> list[Coding]:
    """Code every sentence; leave out what did not happen and what the article cannot mean."""
    codings = [
        coding
        for sentence in parsed.sentences
        for coding in code_sentence(sentence)
        if not coding.judgement.negated
    ]
    borrowed = find_borrowed_groups(parsed, codings)
    return [coding for coding in codings if coding.group not in borrowed]


def _subjects_of(coding: Coding) -> tuple[Token, ...]:
    governor = coding.frame.governor
    if governor is None:
        return ()
    return tuple(child for child in governor.children if child.dep_ in {"nsubj", "nsubjpass"})


def _is_the_place(token: Token) -> bool:
    definite = any(child.lower_ in {"the", "this", "that"} for child in token.children)
    return definite and token.lemma_.lower() in SETTLEMENTS


def _explain(coding: Coding, when: When, where: Where | None) -> tuple[Reason, ...]:
    sentence, judgement = coding.sentence, coding.judgement
    trigger = sentence.span_of(coding.trigger)
    word = sentence.span_of(judgement.word) if judgement.word is not None else trigger
    reasons = [
        Reason(field="kind", rule=coding.pattern.id, score=coding.confidence, span=trigger),
        Reason(field="modality", rule=judgement.rule, span=word),
        Reason(field="when", rule=when.rule, span=when.span),
    ]
    if where is not None:
        reasons.append(Reason(field="where", rule=where.rule, span=where.span))
    return tuple(reasons)
