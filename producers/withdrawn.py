"""A headline in; out, whether it says that the outlet took the article back."""

from __future__ import annotations

import re

_NOTICE = re.compile(
    r"^\W*(?:(?:article|story|report|news)\s+)?"
    r"(?:withdrawn|retracted|retraction|(?:story|article|report)\s+(?:withdrawn|retracted|removed|killed)"
    r"|(?:mandatory|bulletin)\s+kill|kill(?:\s+notice)?|removed|r[ée]tract(?:ation|é)|retirad[oa]"
    r"|rectractaci[óo]n|zur[üu]ckgezogen|ritirat[oa]|отозвано|відкликано)\W*(?:$|[:\]\-\u2013\u2014])",
    re.IGNORECASE,
)


def is_withdrawal(title: str) -> bool:
    """Tell whether a headline opens with a notice of withdrawal ("WITHDRAWN: ...", "[Retracted] ...").

    A correction is no withdrawal, and "Troops withdrawn from ..." is news: the notice stands first
    and is set off.
    """
    return _NOTICE.match(title) is not None
