"""Each fault's rules speak of the provider's own devices."""

import pytest

from tests.lab.faults import Cut, fault_text


@pytest.mark.parametrize("cut", Cut)
def test_every_fault_replaces_the_one_before_it(cut: Cut) -> None:
    text = fault_text(cut)
    assert text.index("delete table inet fault") < text.rindex("drop")
    assert "delete table netdev fault" in text


def test_loss_is_counted_in_thousandths() -> None:
    assert "numgen random mod 1000 < 125 drop" in fault_text(Cut.LOSS, 0.125)


def test_only_a_silent_first_hop_takes_arp_with_it() -> None:
    assert [cut for cut in Cut if "ingress" in fault_text(cut)] == [Cut.FIRST_HOP]
