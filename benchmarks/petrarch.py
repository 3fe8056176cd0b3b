"""How well events are coded: `python -m benchmarks.petrarch [--wrong] [--json]`.

The sentences of UniversalPetrarch's validation files, each read as the headline of a report, against
the CAMEO codes a coder gave them. Two measures, a sentence at a time: whether it tells an event
(presence) and the set of CAMEO roots (root); both also on the part kept back. Every second sentence
was looked at while the lexicon was written ("seen"), the others were not ("kept"). The measures are
those of `tocsin score reading --set petrarch` (`tocsin/scoring/roots.py`).

`PETR.UnitTest.records.xml` tests PETRARCH's machinery with a made-up dictionary: its codes are not
CAMEO (restoring ties is 064 there and 057 in CAMEO, "will abandon cultural ties" is 902), so only
presence means something there; the root is given for completeness.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tocsin.scoring.roots import Share, load_petrarch, part_petrarch, score_sentences

CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "petrarch"
FILES = {"PETR2_GSR_validation.xml": "GSR", "PETR.UnitTest.records.xml": "unit tests"}


def main() -> None:
    """Run the measures and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--wrong", action="store_true", help="ids of the seen sentences read wrongly"
    )
    parser.add_argument("--json", action="store_true", help="one object a measure")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        parser.exit(2, f"no corpus at {CORPUS}: put UniversalPetrarch's validation files there\n")
    shares: list[Share] = []
    for file, name in FILES.items():
        both: dict[str, Share] = {}
        for part, chosen in part_petrarch(load_petrarch(CORPUS / file)).items():
            tally = score_sentences(chosen)
            for share in (tally.presence, tally.root):
                whole = both.setdefault(share.name, Share(f"{name}, all: {share.name}"))
                whole.add(share)
                share.name = f"{name}, {part} ({len(chosen)}): {share.name}"
                shares.append(share)
            if options.wrong and part == "seen":
                for misread in tally.misread:
                    wanted = sorted(misread.labelled.roots)
                    print(misread.labelled.id, wanted, sorted(misread.roots))
        shares += both.values()
    _print_shares(shares, as_json=options.json)


def _print_shares(shares: list[Share], *, as_json: bool) -> None:
    table = Table("measure", "precision", "recall", "F1", title="PETRARCH sentences")
    for share in shares:
        rounded = share.summarise()
        table.add_row(share.name, *map(str, rounded.values()))
        if as_json:
            print(json.dumps({**rounded, "name": share.name}))
    if not as_json:
        Console().print(table)


if __name__ == "__main__":
    main()
