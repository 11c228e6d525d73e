"""Those who have a bed already: no cancellation halfway, and no stay that begins again."""

from typing import Any

from town import Town

WARD: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "10 hours"}


def test_an_elective_patient_in_a_bed_is_not_cancelled_when_moving_on() -> None:
    high_dependency = {**WARD, "stay": "30 hours", "move_on": {"share": "100%", "after": "12 hours"}}
    full = {**WARD, "beds": 2, "cancel_electives_above": "10%"}
    town = Town({"hdu": high_dependency, "ward": full}, {"hdu": {"moved_on": "ward"}})
    town.send("ward", at=10)
    who = town.send("hdu", at=0, route="elective")
    town.run()
    assert town.visit(who, "ward").outcome == "ready"


def test_an_elective_patient_who_comes_back_as_an_emergency_is_not_cancelled() -> None:
    everybody_old = {"by": "age", "85+": "100%", "otherwise": "0%"}
    back = {"share": everybody_old, "after": "24 hours", "to": "clinic"}
    town = Town(
        {
            "ward": {**WARD, "cancel_electives_above": "100%", "comes_back": back},
            "clinic": {"kind": "clinic", "staff": 9, "service": "1 min", "referred": "100%"},
        },
        {"clinic": {"referred": "ward"}},
    )
    who = town.send("ward", at=0, route="elective", age="85+")
    town.send("ward", at=30)
    town.send("ward", at=31)
    town.run()
    assert [visit.outcome for visit in town.visits(who)][:3] == ["ready", "referred", "ready"]


def test_an_elective_patient_who_has_no_bed_yet_is_cancelled() -> None:
    """The rule itself still holds."""
    town = Town({"ward": {**WARD, "beds": 2, "cancel_electives_above": "40%"}}, {})
    town.send("ward", at=0)
    who = town.send("ward", at=10, route="elective")
    town.run()
    assert town.visit(who, "ward").outcome == "cancelled"


def test_a_review_at_the_very_end_of_a_stay_gives_no_new_stay() -> None:
    ward = {**WARD, "stay": "5 days", "step_down_tail": "2 hours", "rounds": ["00:00"]}
    town = Town(
        {"beds": ward, "vw": {"kind": "virtual_ward", "places": 1, "stay": "20 days"}},
        {},
        {"beds.review": [{"to": "vw"}]},
        days=60,
    )
    who = town.send("beds", at=0)
    town.run()
    assert town.visits(who)[-1].left == 120
