"""The gate's judgement: it does not cry wolf, and it does not sleep through a collapse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import budgets, callgrind, slowdown
from bench.judge import ATTEMPTS, Limit, Rounds, judge, merged, verdicts

SLOW = Limit("ms", at_most=10.0)
FAST = Limit("per_second", at_least=1_000.0)


class Machine:
    """Gives the measurements it was told to, one after the other."""

    def __init__(self, *measurements: Rounds) -> None:
        self._left: Iterator[Rounds] = iter(measurements)
        self.asked = 0

    def __call__(self) -> Rounds:
        self.asked += 1
        return next(self._left)


def test_one_good_round_among_noise_keeps_the_budget_at_once() -> None:
    machine = Machine({"ms": [80.0, 55.0, 9.9], "per_second": [200.0, 1_100.0, 90.0]})
    found = judge("bets", [SLOW, FAST], machine)
    assert all(verdict.kept for verdict in found)
    assert [verdict.best for verdict in found] == [9.9, 1_100.0]
    assert machine.asked == 1


def test_a_broken_budget_is_measured_twice_more_before_it_fails() -> None:
    machine = Machine({"ms": [30.0]}, {"ms": [31.0]}, {"ms": [29.0]})
    (verdict,) = judge("bets", [SLOW], machine)
    assert not verdict.kept
    assert (verdict.best, verdict.attempts, machine.asked) == (29.0, ATTEMPTS, 3)


def test_a_machine_that_calms_down_is_forgiven() -> None:
    machine = Machine({"ms": [30.0]}, {"ms": [9.0]})
    (verdict,) = judge("bets", [SLOW], machine)
    assert verdict.kept
    assert machine.asked == 2


def test_one_broken_figure_fails_though_the_others_are_good() -> None:
    machine = Machine(*[{"ms": [1.0], "per_second": [10.0]}] * ATTEMPTS)
    slow, fast = judge("bets", [SLOW, FAST], machine)
    assert slow.kept
    assert not fast.kept


def test_a_figure_this_machine_cannot_measure_is_said_not_judged() -> None:
    instructions = Limit("instructions", at_most=100.0)
    counted, timed = judge("bets", [instructions, SLOW], Machine({"ms": [1.0]}))
    assert not counted.judged
    assert counted.kept
    assert timed.judged


def test_a_benchmark_without_any_figure_is_an_error_not_a_pass() -> None:
    with pytest.raises(ValueError, match="none of the figures"):
        judge("bets", [SLOW], Machine({"other": [1.0]}))


def test_what_is_not_a_number_keeps_no_budget() -> None:
    (verdict,) = verdicts("bets", [SLOW], {"ms": [float("nan")]}, 1)
    assert not verdict.kept


@given(st.lists(st.floats(0.1, 1e6), min_size=1), st.lists(st.floats(0.1, 1e6), min_size=1))
def test_more_rounds_never_turn_a_pass_into_a_failure(first: list[float], second: list[float]) -> None:
    for limit in (Limit("x", at_most=100.0), Limit("x", at_least=100.0)):
        (before,) = verdicts("b", [limit], {"x": first}, 1)
        (after,) = verdicts("b", [limit], merged({"x": first}, {"x": second}), 2)
        assert after.kept or not before.kept


@given(st.floats(0.1, 1e6), st.lists(st.floats(1.0, 3.0), min_size=1, max_size=9))
def test_a_collapse_is_seen_whatever_the_noise(quiet: float, noise: list[float]) -> None:
    budget = Limit("us", at_most=3.0 * quiet)
    collapsed = {"us": [3.01 * quiet * factor for factor in noise]}
    noisy = {"us": [quiet * factor for factor in noise]}
    assert not any(v.kept for v in verdicts("b", [budget], collapsed, 1))
    assert all(v.kept for v in verdicts("b", [budget], noisy, 1))


def test_a_slow_down_is_asked_for_by_name() -> None:
    assert slowdown.parse("core_pairs:3  http_bets:8") == {"core_pairs": 3, "http_bets": 8}
    assert slowdown.parse("") == {}
    for wrong in ("core_pairs", "core_pairs:0", "core_pairs:fast", ":3"):
        with pytest.raises(ValueError, match="name:factor"):
            slowdown.parse(wrong)


PROFILE = """\
fl=(1) core.rs
fn=(1) core::place
10 100
+2 50
cfi=(2) sha.rs
cfn=(2) sha2::sha256::compress256
calls=3 20
15 9000
16 7
fn=(2)
20 9000
fn=(3) core::settle
* 40
"""


def test_instructions_are_those_of_every_function_but_hashing() -> None:
    assert callgrind.counted(PROFILE.splitlines(keepends=True)) == 100 + 50 + 7 + 40


def test_the_budgets_are_sound() -> None:
    every = budgets.load()
    assert len({b.name for b in every}) == len(every)
    for benchmark in every:
        assert benchmark.limits, f"{benchmark.name} has no budget"
        if benchmark.must and benchmark.aim:
            assert (benchmark.aim > benchmark.must) == benchmark.higher_is_better


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a]\ntitle = 'x'", "lacks"),
        (
            "[a]\ntitle='x'\nunit='s'\nheadline='s'\nbetter='lower'\n[a.budget]\ns={under=3}",
            "at_most or at_least",
        ),
    ],
)
def test_a_budget_that_says_nothing_is_refused(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "budgets.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=words):
        budgets.load(file)
