"""
Hostile events and the judge of what is made of them.

    for case in CASES:
        faults = check_answer(answer_about(case.make()), case)
        tallies.add("hostile", tried=1, leaked=bool(faults))
"""

from tests.hostile.checking import MOST, check_answer, check_document
from tests.hostile.corpus import CASES
from tests.hostile.pieces import MARK, Case, texts_of

__all__ = ["CASES", "MARK", "MOST", "Case", "check_answer", "check_document", "texts_of"]
