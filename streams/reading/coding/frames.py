"""A trigger token in; who does it, to whom, and what stands around it out.

The frame of a verb follows passives, relative clauses, participles, control ("was ordered to
leave") and coordination; the frame of a noun takes its possessor, its modifiers and the verb that
governs it, so that "Russia launched a strike on the port" and "the port was struck by Russia" fill
the same slots. The parser errs in headlines: "12 killed in attack" is read as a passive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from streams.reading.coding.clauses import find_speech
from streams.reading.coding.patterns import load_coding_lexicon
from streams.reading.words import Token

SUBJECT = frozenset({"nsubj", "csubj", "expl"})
PASSIVE_SUBJECT = frozenset({"nsubjpass", "csubjpass"})
OBJECT = frozenset({"dobj", "obj", "attr", "oprd"})
RELATIVE = frozenset({"who", "which", "that", "whom"})
OBJECT_CONTROL = frozenset(
    {"force", "order", "urge", "ask", "want", "tell", "allow", "help", "lead", "cause", "get"}
    | {"persuade", "invite", "instruct", "permit", "enable", "prompt", "compel", "expect"}
)
"""Verbs whose object does what the infinitive says."""

BEFALLING = frozenset(
    {"kill", "injure", "wound", "arrest", "detain", "charge", "jail", "sentence", "convict"}
    | {"shoot", "stab", "hurt", "evacuate", "rescue", "hospitalize", "name", "appoint", "fire"}
    | {"sack", "ban", "fine", "sue", "acquit", "release", "free", "kidnap", "abduct", "hit"}
    | {"destroy", "murder", "rob", "steal", "damage", "find", "seize", "elect", "injured"}
    | {"file", "bring", "drop", "order", "recapture", "question", "hold", "impose", "lift", "punch"}
    | {
        "introduce",
        "reintroduce",
        "approve",
        "reject",
        "abuse",
        "beat",
        "attack",
        "delay",
        "postpone",
    }
    | {"nab", "clear", "diagnose", "oust", "hire", "recall", "foil", "knife", "take", "break"}
    | {"bomb", "shell", "ambush", "quiz", "probe", "search", "raid", "loot", "quash", "overturn"}
    | {
        "suspend",
        "cancel",
        "scrap",
        "axe",
        "unveil",
        "discover",
        "identify",
        "save",
        "pull",
        "lynch",
    }
    | {"rape", "poison", "torture", "hijack", "deface", "topple", "mug", "remand", "deny", "grant"}
    | {
        "stop",
        "halt",
        "thwart",
        "defuse",
        "sign",
        "catch",
        "capture",
        "dismiss",
        "block",
        "apprehend",
    }
    | {"execute", "deport", "expel", "infect", "trap", "displace", "award", "honour", "honor"}
)
"""Verbs whose headline past with no object is a passive: "Two jailed for fraud"."""

TELLING = frozenset({"ROOT", "ccomp", "conj", "advcl", "acl", "appos", "parataxis"})
"""Where a headline's participle tells what happened."""
MISREAD = frozenset({"nummod", "amod", "compound", "nmod"})
"""What the one who suffers is taken for when his participle is taken for a noun: "Six shot in club"."""
IRREGULAR = {
    "shot": "shoot",
    "slain": "slay",
    "held": "hold",
    "caught": "catch",
    "sunk": "sink",
} | {
    "stolen": "steal",
    "beaten": "beat",
    "hit": "hit",
    "hurt": "hurt",
    "found": "find",
    "struck": "strike",
}

INTRANSITIVE = frozenset(
    {"collide", "clash", "arrive", "die", "escape", "negotiate", "meet", "gather", "march", "rally"}
    | {"crash", "derail", "capsize", "resign", "vanish", "disappear", "drown", "surrender", "flee"}
    | {
        "retreat",
        "agree",
        "erupt",
        "explode",
        "collapse",
        "protest",
        "demonstrate",
        "travel",
        "rise",
    }
    | {"fall", "break", "return", "land", "sink", "make", "withdraw", "advance", "plunge", "go"}
)
"""Verbs that nobody suffers, so that their past is never a passive without its auxiliary."""

PHRASAL = frozenset({"pull out", "break down", "break out", "break up", "hold out", "take off"})
"""Verbs of BEFALLING that nobody suffers with this particle: "Russia pulled out of talks"."""

EXTENT = "~"
"""Stands for a preposition before a measure without one ("pushed south a kilometre")."""
MAX_CLIMB = 6
OWN_PRONOUNS = frozenset({"they", "it", "he", "she", "we", "i"})
QUANTITY = frozenset(
    {"dozen", "hundred", "thousand", "million", "number", "group", "score", "lot", "majority"}
    | {
        "series",
        "round",
        "member",
        "couple",
        "handful",
        "string",
        "half",
        "most",
        "one",
        "some",
        "many",
    }
    | {"all", "rest", "crowd", "wave", "barrage", "volley", "part", "type", "package", "column"}
    | {
        "tonne",
        "ton",
        "barrel",
        "gallon",
        "litre",
        "liter",
        "kilo",
        "kilogram",
        "kg",
        "gram",
        "bag",
    }
    | {"ten", "several", "hundreds", "thousands", "dozens", "pair", "team", "swathe", "total"}
)
"""Heads of "dozens of people": the word after "of" counts as well."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one slot, as patterns are compared with them."""

    names: frozenset[str]
    """Lemmas and forms, alone and with the word before."""
    heads: tuple[Token, ...]


@dataclass(slots=True)
class Frame:
    """The words around a trigger, by role."""

    trigger: Token
    subjects: list[Token] = field(default_factory=list)
    objects: list[Token] = field(default_factory=list)
    preps: dict[str, list[Token]] = field(default_factory=dict)
    modifiers: list[Token] = field(default_factory=list)
    particles: set[str] = field(default_factory=set)
    complements: list[Token] = field(default_factory=list)
    """What it makes of its object: "shot dead", "found guilty"."""
    governor: Token | None = None
    governed_as: str = ""
    passive: bool = False
    said: dict[str, Said] = field(default_factory=dict, init=False)
    """What was read of a slot, or of a preposition, for the first pattern that asked."""


def build_verb_frame(verb: Token, *, headline: bool = False) -> Frame:
    """Build the frame of a verb."""
    frame = Frame(verb, passive=_is_passive(verb))
    for child in verb.children:
        _add_child(frame, child, verb)
    if not (frame.objects or frame.passive):
        frame.objects.extend(_shared_objects(verb))
    _add_governing(frame, verb, headline=headline)
    _add_speakers(frame)
    if headline and verb.dep_ == "aux" and verb.tag_ == "VBZ":
        _add_mistaken_auxiliary(frame, verb)
    if headline and not frame.subjects and not frame.passive:
        frame.subjects.extend(_named_before(verb))
    if headline and _reads_as_passive(frame):
        frame.objects, frame.subjects, frame.passive = frame.subjects, [], True
    for obj in frame.objects:
        for prep in obj.children:
            if prep.dep_ == "prep":
                _add_prep(frame, prep)
    frame.modifiers = [m for obj in frame.objects for m in modifiers_of(obj)]
    return frame


def _shared_objects(verb: Token) -> list[Token]:
    """The object of the verb that goes on: "seizing and shooting guests"."""
    if verb.i + 2 >= len(verb.doc) or verb.nbor().dep_ != "cc":
        return []
    after = verb.nbor(2)
    if after.dep_ != "conj" or after.head.i != verb.i or after.tag_ != verb.tag_:
        return []
    return [token for child in after.children if child.dep_ == "dobj" for token in _expand([child])]


def _add_mistaken_auxiliary(frame: Frame, verb: Token) -> None:
    """Fill a headline's verb that was taken for an auxiliary: "President cancels visit"."""
    head = verb.head
    frame.subjects.extend(c for c in head.children if c.dep_ in SUBJECT | PASSIVE_SUBJECT)
    if head.tag_ != "VBG":
        frame.objects.append(head)
        for prep in head.children:
            if prep.dep_ == "prep":
                _add_prep(frame, prep)


def _named_before(verb: Token) -> list[Token]:
    """The subject that the parser took for a part of the verb: "Pope appeals for peace"."""
    if verb.tag_ not in {"VBZ", "VBP", "VBD", "NNS"}:
        return []
    near = [child for child in verb.children if child.dep_ in {"compound", "nmod"}]
    return near[-1:] if near and near[-1].i < verb.i else []


def build_noun_frame(noun: Token) -> Frame:
    """Build the frame of a noun that may name an event."""
    frame = Frame(noun, modifiers=modifiers_of(noun))
    for child in noun.children:
        if child.dep_ == "prep":
            _add_prep(frame, child)
            if noun.lemma_ in QUANTITY and child.lower_ == "of":
                _add_counted(frame, child)
        elif child.dep_ in {"acl", "relcl"}:
            inner = build_verb_frame(child) if child.dep_ == "relcl" else None
            if inner is not None:
                frame.subjects.extend(token for token in inner.subjects if token.i != noun.i)
            for grandchild in child.children:
                if grandchild.dep_ == "agent":
                    frame.subjects.extend(_objects_of(grandchild))
                elif grandchild.dep_ == "prep":
                    _add_prep(frame, grandchild)
    _add_noun_governor(frame, noun)
    if "by" in frame.preps:
        frame.subjects.extend(frame.preps["by"])
    return frame


def modifiers_of(noun: Token) -> list[Token]:
    """Compounds, adjectives and possessors of a noun, and theirs ("Russian cruise missile strike")."""
    found: list[Token] = []
    for child in noun.children:
        if child.dep_ in {"compound", "amod", "poss", "nmod", "nummod", "quantmod"}:
            found.append(child)
            found.extend(modifiers_of(child))
    return found


def heads_of(token: Token) -> Iterator[Token]:
    """The token, what it counts ("dozens of people"), and its appositions."""
    yield token
    for child in token.children:
        counted = token.lemma_.lower() in QUANTITY or token.pos_ in {"NUM", "DET", "PRON"}
        if child.dep_ == "prep" and child.lower_ == "of" and counted:
            for inner in child.children:
                if inner.dep_ == "pobj":
                    yield from heads_of(inner)
        elif child.dep_ == "appos":
            yield child


def _add_counted(frame: Frame, prep: Token) -> None:
    """Take over what stands around the counted noun: "package of U.S. support for Ukraine"."""
    for inner in _objects_of(prep):
        frame.modifiers.extend(modifiers_of(inner))
        for child in inner.children:
            if child.dep_ == "prep":
                _add_prep(frame, child)


def _is_passive(verb: Token) -> bool:
    if any(child.dep_ in {"auxpass", "nsubjpass", "agent"} for child in verb.children):
        return True
    if verb.tag_ == "VBN" and verb.dep_ == "acl":
        return not _is_own_deed(verb)
    head = verb.head
    return (
        verb.dep_ == "conj"
        and verb.tag_ == "VBN"
        and head.pos_ == "VERB"
        and any(child.dep_ in {"auxpass", "nsubjpass"} for child in head.children)
        and not any(child.dep_ in SUBJECT for child in verb.children)
    )


def _is_own_deed(verb: Token) -> bool:
    """Say whether a past tense was taken for a participle: "Two vessels collided in the Channel"."""
    return verb.dep_ == "acl" and verb.head.dep_ == "ROOT" and verb.lemma_.lower() in INTRANSITIVE


def _reads_as_passive(frame: Frame) -> bool:
    """Say whether a headline's "12 killed in attack" is a passive without its auxiliary."""
    verb = frame.trigger
    bare = not frame.passive and not frame.objects and verb.tag_ in {"VBN", "VBD"}
    if any(child.dep_ in {"aux", "agent", "prt"} for child in verb.children):
        return False
    lemma = verb.lemma_.lower()
    if any(f"{lemma} {particle}" in PHRASAL for particle in frame.particles):
        return False
    return bare and lemma in BEFALLING and verb.sent[-1].text != "."


def reread_as_passive(frame: Frame) -> Frame | None:
    """Take a headline's past without object as a passive: "Church bombed in capital"."""
    verb = frame.trigger
    found = [token for token in frame.objects if token.pos_ != "ADJ"]  # "found dead"
    if found or verb.dep_ not in TELLING or not is_past(verb):
        return None
    if any(child.dep_ == "aux" for child in verb.children):
        return None
    sufferers = [] if frame.passive else frame.subjects
    sufferers = sufferers or [
        child
        for child in verb.children
        if child.i < verb.i and (_may_suffer(child) or (frame.passive and child.dep_ in MISREAD))
    ]
    if not sufferers:
        return None
    modifiers = [m for sufferer in sufferers for m in modifiers_of(sufferer)]
    doers = frame.preps.get("by", []) if not frame.passive else frame.subjects
    return replace(frame, objects=sufferers, subjects=doers, modifiers=modifiers, passive=True)


def _may_suffer(word: Token) -> bool:
    """Say whether the word before a participle is whom it befell: "Six shot", not "Covid shot"."""
    return word.dep_ == "nummod" or (word.dep_ in MISREAD and word.ent_type_ == "NORP")


def is_past(verb: Token) -> bool:
    """Say whether a word may be a past participle, whatever it was tagged as."""
    return verb.tag_ in {"VBN", "VBD"} or bool(stems_of_past(verb.lower_))


def stems_of_past(form: str) -> tuple[str, ...]:
    """What a form may be the past of: "knifed" that of knife, "robbed" that of rob."""
    if form in IRREGULAR:
        return (IRREGULAR[form],)
    if not form.endswith("ed") or len(form) < 5:
        return ()
    stem = form[:-2]
    doubled = (stem[:-1],) if stem[-1] == stem[-2] else ()
    return (*doubled, stem, form[:-1], *((stem[:-1] + "y",) if stem.endswith("i") else ()))


def _add_speakers(frame: Frame) -> None:
    """Let "they" of a reported clause be whoever says it: "rebels said they had captured"."""
    if not any(token.lower_ in OWN_PRONOUNS for token in frame.subjects):
        return
    speech = find_speech(frame.trigger)
    if speech is not None:
        known = {token.i for token in frame.subjects}
        frame.subjects.extend(t for t in _expand(speech[1]) if t.i not in known)


def _add_child(frame: Frame, child: Token, verb: Token) -> None:
    dep = child.dep_
    if dep in SUBJECT:
        frame.subjects.extend(_expand(_follow_relative(child, verb)))
    elif dep in PASSIVE_SUBJECT:
        frame.objects.extend(_expand(_follow_relative(child, verb)))
    elif dep in OBJECT or dep == "dative":
        _add_object(frame, child, verb)
        frame.complements.append(child)
    elif dep == "agent":
        frame.subjects.extend(_objects_of(child))
    elif dep in {"prep", "prt"}:
        _add_prep(frame, child)
    else:
        _add_modifier(frame, child, verb)


def _add_modifier(frame: Frame, child: Token, verb: Token) -> None:
    dep = child.dep_
    if dep in {"acomp", "xcomp"}:
        frame.complements.append(child)
    elif dep == "npadvmod" and child.pos_ == "PROPN" and child.ent_type_ not in {"DATE", "TIME"}:
        frame.objects.extend(_expand([child]))  # "Arsenal beat Chelsea 3-1"
    elif dep == "npadvmod":
        frame.preps.setdefault(EXTENT, []).append(child)
    elif dep == "ccomp":
        frame.complements.append(child)
        if any(c.dep_ == "mark" and c.lower_ in {"if", "whether"} for c in child.children):
            frame.preps.setdefault("whether", []).append(child)  # a question, as a preposition
        frame.complements.extend(c for c in child.children if c.dep_ in {"acomp", "attr"})
        if child.pos_ == "ADJ":  # "found him guilty"
            frame.objects.extend(c for c in child.children if c.dep_ in SUBJECT)
        if verb.lemma_ in OBJECT_CONTROL and any(
            mark.dep_ == "aux" and mark.lower_ == "to" for mark in child.children
        ):
            frame.objects.extend(c for c in child.children if c.dep_ in SUBJECT)
    elif dep == "advmod":
        frame.particles.add(child.lower_)
    elif dep == "advcl" and any(c.dep_ == "mark" and c.lower_ == "after" for c in child.children):
        frame.preps.setdefault("after", []).append(child)  # "charged after a boy was hit"


def _add_object(frame: Frame, child: Token, verb: Token) -> None:
    if child.dep_ == "dative":
        if child.pos_ == "ADP":
            _add_prep(frame, child)
        else:
            frame.preps.setdefault("to", []).extend(_expand([child]))
            frame.objects.extend(_expand([child]))
        return
    frame.objects.extend(_expand(_follow_relative(child, verb)))


def _add_prep(frame: Frame, prep: Token) -> None:
    name = prep.lower_
    if prep.dep_ == "prt":
        frame.particles.add(name)
    found = _objects_of(prep)
    if not found:
        frame.particles.add(name)
    frame.preps.setdefault(name, []).extend(found)
    for child in prep.children:
        if child.dep_ == "prep":
            _add_prep(frame, child)


def _objects_of(prep: Token) -> list[Token]:
    found: list[Token] = []
    for child in prep.children:
        if child.dep_ in {"pobj", "pcomp"}:
            found.extend(_expand([child]))
    return found


def _expand(tokens: Iterable[Token]) -> list[Token]:
    """Add the tokens coordinated with each ("Brazil and the United States")."""
    found: list[Token] = []
    for token in tokens:
        found.append(token)
        found.extend(other for other in token.conjuncts if other.i > token.i)
    return found


def _follow_relative(child: Token, verb: Token) -> list[Token]:
    """Take the antecedent of a relative pronoun."""
    if child.lower_ in RELATIVE and child.tag_ in {"WDT", "WP", "IN"}:
        clause = verb
        while clause.dep_ in {"conj", "xcomp", "ccomp"} and clause.head.i != clause.i:
            clause = clause.head
        if clause.dep_ == "relcl":
            return [clause.head]
        return []
    return [child]


def _add_governing(frame: Frame, verb: Token, *, headline: bool) -> None:
    """Fill the slots a verb takes from what governs it."""
    head = verb.head
    if verb.dep_ == "acl":
        suffers = verb.tag_ == "VBN" and not _is_own_deed(verb)
        (frame.objects if suffers else frame.subjects).extend(_expand([head]))
    elif verb.dep_ == "relcl":
        _add_antecedent(frame, verb, head)
    if frame.objects if frame.passive else frame.subjects:
        return
    if verb.dep_ == "conj" and head.pos_ in {"VERB", "AUX"}:
        outer = build_verb_frame(head, headline=headline)
        if frame.passive:  # "was hit and killed by a car", "fled and was caught"
            frame.objects = outer.objects if outer.passive else outer.subjects
        elif outer.passive:
            frame.subjects = list(outer.objects)
        else:
            frame.subjects = list(outer.subjects)
    elif verb.dep_ in {"xcomp", "advcl", "ccomp"} and head.pos_ in {"VERB", "AUX", "ADJ"}:
        _add_control(frame, verb, head)
    elif verb.dep_ == "pcomp" and head.head.pos_ in {"VERB", "AUX"}:
        outer = build_verb_frame(head.head)
        frame.subjects = list(outer.objects if outer.passive else outer.subjects)
        if head.lower_ == "of" and head.head.lemma_ in {"accuse", "suspect", "convict"}:
            frame.subjects = list(outer.objects)


def _add_control(frame: Frame, verb: Token, head: Token) -> None:
    if head.pos_ == "ADJ" and head.dep_ in {"acomp", "oprd"}:  # "is about to", "is likely to"
        head = head.head
    outer = build_verb_frame(head)
    found = list(outer.subjects)
    if outer.passive or (verb.dep_ != "advcl" and head.lemma_ in OBJECT_CONTROL and outer.objects):
        found = list(outer.objects)
    if frame.passive:
        frame.objects = found
    else:
        frame.subjects = found


def _add_antecedent(frame: Frame, verb: Token, head: Token) -> None:
    if head.dep_ == "ROOT" and _has_to(verb):
        frame.subjects.extend(_expand([head]))  # "Premier to visit Delhi"
    elif not frame.objects and not _has_relative(verb):
        frame.objects.extend(_expand([head]))


def _has_to(verb: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in verb.children)


def _has_relative(verb: Token) -> bool:
    return any(
        child.lower_ in RELATIVE | {"where", "when", "whose"} and child.dep_ != "mark"
        for child in verb.children
        if child.dep_ != "dobj"
    )


def _add_noun_governor(frame: Frame, noun: Token) -> None:
    """Take what the verb that governs a noun gives it: "launched a strike on the port"."""
    frame.governor, frame.governed_as = _find_governor(noun)
    if frame.governor is None:
        hidden = find_occurrence(noun)
        if hidden is not None:
            frame.governor, frame.governed_as = hidden, "nsubj"
        return
    outer = build_verb_frame(frame.governor)
    role = frame.governed_as
    if role in OBJECT or (role in PASSIVE_SUBJECT and outer.passive):
        frame.subjects.extend(token for token in outer.subjects if token.i != noun.i)
    elif role in SUBJECT and not outer.passive and _befalls(frame.governor):
        frame.objects.extend(token for token in outer.objects if token.i != noun.i)
    if role in OBJECT | SUBJECT | PASSIVE_SUBJECT:
        for prep, objects in outer.preps.items():
            known = {noun.i, *(token.i for token in frame.preps.get(prep, []))}
            fresh = [token for token in objects if token.i not in known]
            frame.preps.setdefault(prep, []).extend(fresh)


def _is_mistaken_root(head: Token, role: str) -> bool:
    """Say whether the root that has a subject is a verb taken for an adjective: "Clashes erupt"."""
    return role in SUBJECT and head.dep_ == "ROOT" and head.tag_ == "JJ" and _befalls(head)


def find_occurrence(noun: Token) -> Token | None:
    """Find a headline's verb that the parser took for a noun: "Cyclone batters Mozambique"."""
    if noun.dep_ not in {"compound", "nmod"} or noun.i + 1 >= noun.sent.end:
        return None
    after = noun.nbor(1)
    near = noun.head.i in {after.i, after.head.i}
    if not near or after.tag_ not in {"NNS", "NN", "VBZ"} or not after.lower_.endswith("s"):
        return None
    return after if after.lemma_.lower() in load_coding_lexicon().terms("occur").lemmas else None


def _befalls(verb: Token) -> bool:
    """Say whether a verb brings what its object suffers: "the blast killed", not "raised"."""
    return verb.lemma_.lower() in load_coding_lexicon().terms("occur").lemmas


def _find_governor(noun: Token) -> tuple[Token | None, str]:
    """The verb that governs a noun, through prepositions and coordination, and as what."""
    token = noun
    role = ""
    for _ in range(MAX_CLIMB):
        head = token.head
        if head.i == token.i:
            break
        if not role and token.dep_ != "conj":
            role = token.dep_
        if head.pos_ in {"VERB", "AUX"} or _is_mistaken_root(head, role):
            return head, role or "conj"
        if role == "pobj" and head.lower_ == "of" and head.head.lemma_ in QUANTITY:
            token, role = head.head, ""  # "began a round of talks"
            continue
        if head.pos_ == "NOUN" and token.dep_ in {"compound", "poss"}:
            break
        token = head
    return None, role
