"""Reading a page as a checker does: tags, attributes, text, and whatever is not right with its structure."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "col", "path", "line", "rect", "circle", "use"))
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Page(HTMLParser):
    """A page taken apart.

    Attributes:
        tags: every start tag, in order.
        attributes: names of all attributes.
        elements: (tag, attributes) of every element, in order.
        text: the text a reader sees, style left out.
        headings: (level, text) of every heading, in order.
        problems: what is not right: tags that do not close, an id used twice, a name that points nowhere.
    """

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: list[tuple[str, ...]] = []
        self.headings: list[tuple[int, str]] = []
        self.captions: list[str] = []
        self.problems: list[str] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._closed_by_itself = False
        self.feed(html)
        self.close()
        self.problems += [f"<{tag}> is not closed" for tag in self._open]
        self._check_ids()

    @property
    def text(self) -> str:
        return "".join(self._text)

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute, in order."""
        return [attributes[name] for _, attributes in self.elements if name in attributes]

    def of(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind, in order."""
        return [attributes for each, attributes in self.elements if each == tag]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.problems.append(f"<{tag}> has an attribute twice")
        self.tags.append(tag)
        self.attributes |= set(names)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.inside.append(tuple(self._open))
        if tag in HEADINGS:
            self.headings.append((int(tag[1]), ""))
        if tag == "caption":
            self.captions.append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1:] or 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self._text.append(data)
        if self._open and self._open[-1] in HEADINGS:
            level, text = self.headings[-1]
            self.headings[-1] = level, text + data
        if "caption" in self._open:
            self.captions[-1] += data

    def _check_ids(self) -> None:
        ids = self.values("id")
        self.problems += [f"id {name} is used twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
        known = set(ids)
        for attribute in ("aria-labelledby", "aria-describedby", "headers"):
            for value in self.values(attribute):
                self.problems += [
                    f"{attribute} {name} is not there" for name in value.split() if name not in known
                ]
        for value in self.values("href"):
            if value.startswith("#") and value[1:] not in known:
                self.problems.append(f"{value} leads nowhere")
