"""The table of one and two workers, where its answer is known."""

from benchmarks.scaling import pairs_table


def test_pairs_show_what_the_machine_did_and_what_handing_out_costs() -> None:
    """Two workers that are slowed down by others train all the time, and are not twice as fast."""
    *_, row, _, said = pairs_table([{1: (10.0, 9.5), 2: (8.0, 15.2)}], 20)
    assert row == "| 1 | 10.0 s | 95% | 8.0 s | 95% | 0.62 |"
    assert said == (
        "20 blocks of 20 seeds; medians: efficiency 0.62; one worker trained during 95% of the time, two during 95%."
    )
