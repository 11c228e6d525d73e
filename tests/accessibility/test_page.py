"""Everybody can read the page: structure, tables, pictures, contrast. WCAG 2.2 AA."""

import itertools
import re
from importlib.resources import files

import pytest

from flowsim.report.html import page
from flowsim.report.theme import contrast
from report_pages import Page

TEXT, LINES = 4.5, 3.0
"""Least contrast of text and of what carries meaning. Source: WCAG 2.2, 1.4.3 and 1.4.11."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@pytest.fixture(scope="module")
def found(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module", params=["report", "one_plan", "alone"])
def each(request: pytest.FixtureRequest) -> Page:
    """Each report in turn: two plans, one plan, a run alone."""
    return Page(page(request.getfixturevalue(request.param)))


class TestStructure:
    def test_nothing_is_wrong_with_it(self, each: Page) -> None:
        assert each.problems == []

    def test_says_its_language_and_has_a_title(self, each: Page) -> None:
        assert each.of("html") == [{"lang": "en-GB"}]
        assert each.tags.count("title") > 0
        assert each.of("meta")[0] == {"charset": "utf-8"}

    def test_can_be_made_larger(self, found: Page) -> None:
        (viewport,) = (meta["content"] for meta in found.of("meta") if meta.get("name") == "viewport")
        assert "user-scalable" not in viewport
        assert "maximum-scale" not in viewport

    def test_one_first_heading_and_no_level_left_out(self, each: Page) -> None:
        levels = [level for level, _ in each.headings]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))

    def test_headings_say_something(self, each: Page) -> None:
        assert all(text.strip() for _, text in each.headings)

    def test_a_link_skips_to_the_report(self, each: Page) -> None:
        first = each.of("a")[0]
        assert (first["class"], first["href"]) == ("skip", "#report")
        assert each.of("main") == [{"id": "report"}]

    def test_landmarks_have_names_of_their_own(self, each: Page) -> None:
        named = [
            attributes["aria-labelledby"]
            for attributes in each.of("section")
            if "aria-labelledby" in attributes
        ]
        assert len(set(named)) == len(named)
        assert all("aria-label" in attributes for attributes in each.of("nav"))
        titles = {attributes.get("id"): text for attributes, (_, text) in _headed(each)}
        assert len({titles[name] for name in named}) == len(named)

    def test_the_contents_lead_to_every_section(self, found: Page) -> None:
        links = [attributes["href"][1:] for attributes in found.of("a")][1:]
        ids = [a["id"] for a in found.of("section") if "aria-labelledby" in a]
        assert links == ids[1:]


def _headed(each: Page) -> list[tuple[dict[str, str], tuple[int, str]]]:
    tags = [attributes for tag, attributes in each.elements if re.fullmatch(r"h[1-6]", tag)]
    return list(zip(tags, each.headings, strict=True))


class TestTables:
    def test_every_table_has_a_caption(self, each: Page) -> None:
        assert len(each.captions) == each.tags.count("table") > 3
        assert all(text.strip() for text in each.captions)

    def test_every_heading_cell_says_what_it_heads(self, each: Page) -> None:
        scopes = [attributes.get("scope") for attributes in each.of("th")]
        assert set(scopes) == {"row", "col"}

    def test_every_row_is_headed(self, each: Page) -> None:
        rows = each.tags.count("tr")
        heads = sum(attributes.get("scope") == "row" for attributes in each.of("th"))
        assert heads == rows - each.tags.count("thead")

    def test_no_cell_spans_others(self, each: Page) -> None:
        assert not {"rowspan", "colspan"} & each.attributes

    def test_wide_tables_can_be_scrolled_by_keyboard_and_are_named(self, each: Page) -> None:
        boxes = [a for a in each.of("div") if a.get("class") == "scroll" and "tabindex" in a]
        assert boxes
        assert all(a["tabindex"] == "0" and a["role"] == "group" and a["aria-labelledby"] for a in boxes)


class TestPictures:
    def test_every_picture_is_named_and_described(self, each: Page) -> None:
        drawings = each.of("svg")
        assert drawings
        assert all(a["role"] == "img" and len(a["aria-labelledby"].split()) == 2 for a in drawings)
        assert each.tags.count("desc") == len(drawings)

    def test_every_figure_has_a_caption_and_its_numbers(self, each: Page) -> None:
        figures = each.tags.count("figure")
        assert each.tags.count("figcaption") == figures
        tables = sum(
            "figure" in above and tag == "table"
            for (tag, _), above in zip(each.elements, each.inside, strict=True)
        )
        assert tables == figures

    def test_text_in_pictures_is_text(self, each: Page) -> None:
        assert "image" not in each.tags
        assert each.tags.count("text") > 50


# -- contrast --------------------------------------------------------------------------------------------


def style() -> str:
    return files("flowsim.report").joinpath("templates/report.css").read_text(encoding="utf-8")


def rules() -> dict[str, dict[str, str]]:
    """Return every rule of the style sheet outside a condition: selector to settings."""
    plain = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", style(), flags=re.S)
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain):
        settings = dict(part.split(":", 1) for part in body.split(";") if ":" in part)
        for selector in selectors.split(","):
            known = found.setdefault(" ".join(selector.split()), {})
            known.update({key.strip(): value.strip() for key, value in settings.items()})
    return found


def grounds() -> list[str]:
    """Return every colour that text may stand on."""
    return sorted({c for rule in rules().values() if (c := rule.get("background", ""))} | {"#ffffff"})


class TestContrast:
    def test_every_text_colour_on_white(self) -> None:
        colours = {rule["color"] for rule in rules().values() if COLOUR.fullmatch(rule.get("color", ""))}
        assert len(colours) >= 4
        assert {
            colour: contrast(colour, "#ffffff") for colour in colours if contrast(colour, "#ffffff") < TEXT
        } == {}

    def test_text_on_every_shade(self) -> None:
        body = rules()["body"]["color"]
        shades = [c for c in grounds() if COLOUR.fullmatch(c)]
        assert len(shades) > 5
        assert all(contrast(body, shade) >= TEXT for shade in shades)

    def test_better_and_worse_on_their_shades(self) -> None:
        for tone in ("better", "worse"):
            colour = rules()[f".{tone}"]["color"]
            shades = [
                rule["background"] for name, rule in rules().items() if name.startswith(f".shade-{tone}")
            ]
            assert len(shades) == 3
            assert all(contrast(colour, shade) >= TEXT for shade in shades)

    def test_the_focus_can_be_seen(self) -> None:
        (colour,) = COLOUR.findall(rules()["summary:focus-visible"]["outline"])
        assert contrast(colour, "#ffffff") >= LINES

    def test_meaning_is_never_colour_alone(self, html: str) -> None:
        for tone, words in {"better": ("better", "met"), "worse": ("worse", "not met", "too ")}.items():
            cells = re.findall(rf'<td class="(?:number )?{tone}">([^<]*)</td>', html)
            assert cells
            assert all(any(word in cell for word in words) for cell in cells)


class TestStyleSheet:
    def test_only_colours_of_six_digits(self) -> None:
        """So that the checks above see every one of them."""
        colours = re.findall(r"(?:color|background|border[a-z-]*|outline)\s*:\s*([^;{}]+)", style())
        named = [
            c for c in colours if not COLOUR.search(c) and c.strip() not in ("light", "inherit", "collapse")
        ]
        assert named == []

    def test_has_rules_for_a_telephone_and_for_paper(self) -> None:
        assert "@media (max-width" in style()
        assert "@media print" in style()
        assert "size: A4" in style()

    def test_nothing_moves(self) -> None:
        assert "animation" not in style()
        assert "transition" not in style()
