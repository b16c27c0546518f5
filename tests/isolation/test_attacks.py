"""The catalogue of attacks and the tests agree."""

from tests.isolation.attacks import ATTACKS, proofs


def test_every_attack_has_a_test_that_names_it() -> None:
    assert [code for code in ATTACKS if code not in proofs()] == []


def test_every_test_that_names_an_attack_names_a_known_one() -> None:
    assert [code for code in proofs() if code not in ATTACKS] == []
