from harness.pages.glossary import GLOSSARY
from harness.report.register import BASES
from harness.verdicts.band import OUTCOMES


def test_the_words_of_verdicts_and_evidence_are_explained() -> None:
    """Each in one sentence or two, that ends as one."""
    assert {*OUTCOMES, *BASES} <= GLOSSARY.keys()
    assert all(meaning.endswith(".") for meaning in GLOSSARY.values())
