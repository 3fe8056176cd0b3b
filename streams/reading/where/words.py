"""English words around place names: what stands before a place, after it, and what is none."""

from __future__ import annotations

LOCATIVE = frozenset(
    "in at near from to into toward towards around outside across over off through throughout inside within on "
    "between beyond above below along onto via amid".split()
)
NEAR = frozenset(("near", "outside", "around", "off", "beyond", "towards", "toward"))
PLACE_NOUNS = frozenset(
    "city town village hamlet settlement district province region state port island isle capital suburb outskirts "
    "neighbourhood neighborhood municipality commune area county community resort north south east west northeast "
    "northwest southeast southwest coast border centre center heart streets part parts parish borough enclave oblast "
    "governorate peninsula valley stronghold hometown prefecture department kingdom republic territory emirate gulf "
    "sea bay lake river strait mouth shore shores middle edge peninsula cities towns villages airport".split()
)
DIRECTIONS = frozenset(
    "north south east west northern southern eastern western central northeast northwest southeast southwest "
    "northeastern northwestern southeastern southwestern north-eastern north-western south-eastern south-western "
    "upper lower greater downtown mainland rural coastal inner outer mid nearby occupied war-torn landlocked".split()
)
TITLES = frozenset(
    "mr mrs ms miss dr sir lord lady dame prof professor president minister chancellor king queen prince princess pope "
    "general gen col colonel lt lieutenant maj major capt captain sgt sergeant judge justice senator sen rep "
    "representative gov governor mayor chief coach officer detective secretary ambassador rev reverend bishop father "
    "sister saint hurricane typhoon storm cyclone tropical actor actress singer congressman congresswoman "
    "private pvt cpl corporal admiral commander inspector sheriff pastor rabbi imam sheikh agent".split()
)
FACILITIES = frozenset(
    "dam reservoir airport airfield bridge port harbour harbor prison jail stadium arena university college hospital "
    "school station square park mosque church cathedral temple palace base refinery plant mine camp checkpoint crossing "
    "tower museum hotel mall market theatre theater courthouse court zoo beach island tunnel depot terminal canal "
    "barracks cemetery synagogue embassy consulate highway lake river mountain valley forest".split()
)
FRONTS = frozenset(("front", "frontline", "axis", "sector", "direction"))
STRIKE_LEMMAS = frozenset(
    "shell bomb strike hit attack invade capture occupy liberate seize rock flood devastate besiege evacuate raid storm "
    "pound target damage destroy annex retake recapture overrun bombard blockade sweep lash batter slam ravage enter "
    "leave reach visit take cross tour flee encircle surround secure control defend hold abandon jolt shake conquer "
    "recover reclaim regain blanket engulf inundate quit approach patrol terrorise terrorize loot burn flatten level".split()
)
"""Verbs whose object or passive subject can be the place where it happened."""

NOT_PLACES = frozenset(
    "the a an i he she it we they you and or but if in on at of to for from by with as that this these those there here who "
    "what when where why how is are was were be been has have had will would may might can could should must not no yes "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december reuters ap afp police army navy parliament congress senate house president "
    "minister state government court union party league club university church bank god internet english french "
    "german spanish chinese russian man men woman women most many some all both each every new old first last "
    "mr mrs ms dr sir lady lord prime chief general north south east west northern southern eastern western central "
    "street road avenue best good great big us bbc cnn nato un eu who imf nasa fbi cia one two three four five six "
    "seven eight nine ten more less other another while after before since until during because so then now today "
    "tomorrow yesterday covid islam christian muslim jewish catholic photo image video read story news time times "
    "post mail sun star mirror guardian independent herald tribune globe journal observer express media advertisement "
    "love hope faith joy grace will mark bill art rose lily summer winter spring autumn fall independence freedom "
    "victory liberty justice peace war mission center centre ball page price young green brown black white blue red gold "
    "silver orange king queen bishop judge major mayor sergeant marine marines soldier democrat republican democrats "
    "republicans labour conservative liberal speaker opposition treasury pentagon kremlin allah christmas easter ramadan "
    "split reading nice bath mobile tours hull cork sale deal ware rugby buckingham of de la el al san".split()
)
"""Words with a capital that are places only where the syntax or the parser says so."""

COMMON = frozenset(
    "split reading nice bath mobile tours hull cork sale deal rugby independence police union march".split()
)

STATES = {
    "ala": "Alabama", "ariz": "Arizona", "ark": "Arkansas", "calif": "California", "colo": "Colorado",
    "conn": "Connecticut", "del": "Delaware", "fla": "Florida", "ga": "Georgia", "ill": "Illinois", "ind": "Indiana",
    "kan": "Kansas", "ky": "Kentucky", "la": "Louisiana", "md": "Maryland", "mass": "Massachusetts",
    "mich": "Michigan", "minn": "Minnesota", "miss": "Mississippi", "mo": "Missouri", "mont": "Montana",
    "neb": "Nebraska", "nev": "Nevada", "nh": "New Hampshire", "nj": "New Jersey", "nm": "New Mexico",
    "ny": "New York", "nc": "North Carolina", "nd": "North Dakota", "okla": "Oklahoma", "ore": "Oregon",
    "pa": "Pennsylvania", "ri": "Rhode Island", "sc": "South Carolina", "sd": "South Dakota", "tenn": "Tennessee",
    "tex": "Texas", "vt": "Vermont", "va": "Virginia", "wash": "Washington", "wva": "West Virginia", "wis": "Wisconsin",
    "wyo": "Wyoming", "dc": "District of Columbia", "ak": "Alaska", "al": "Alabama", "az": "Arizona",
    "ca": "California", "co": "Colorado", "ct": "Connecticut", "fl": "Florida", "hi": "Hawaii", "ia": "Iowa",
    "id": "Idaho", "il": "Illinois", "in": "Indiana", "ks": "Kansas", "ma": "Massachusetts", "me": "Maine",
    "mi": "Michigan", "mn": "Minnesota", "ms": "Mississippi", "mt": "Montana", "ne": "Nebraska", "nv": "Nevada",
    "oh": "Ohio", "ok": "Oklahoma", "or": "Oregon", "tn": "Tennessee", "tx": "Texas", "ut": "Utah", "wa": "Washington",
    "wi": "Wisconsin", "wv": "West Virginia", "wy": "Wyoming",
}  # fmt: skip
"""Short names of US states after a town and a comma: AP style and postal."""
PROVINCES = {
    "ont": "Ontario", "que": "Quebec", "bc": "British Columbia", "alta": "Alberta", "sask": "Saskatchewan",
    "man": "Manitoba", "nb": "New Brunswick", "ns": "Nova Scotia", "pei": "Prince Edward Island",
    "nl": "Newfoundland and Labrador", "nwt": "Northwest Territories",
}  # fmt: skip
"""Short names of Canadian provinces, likewise."""
