"""Texts that others have written, next to our own."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that turn the text around them about, or hide. Joiners are none of them: emojis are made of these."""
LONG = 300
"""Characters of a text that is shown whole, if it has no more than LINES lines."""
LINES = 4


def beginning(text: str) -> str:
    """Return the first lines of a long text; empty if it is short enough to be shown whole."""
    text = text.strip()
    first = "\n".join(text.split("\n")[:LINES])
    if len(first) > LONG:
        words = first[:LONG].rpartition(" ")[0]
        first = words if len(words) > LONG // 2 else first[:LONG]  # a long word is cut
    first = first.rstrip()
    return f"{first} …" if len(first) < len(text) else ""


def visible(text: str) -> str:
    r"""Return the text with characters that hide, or turn others about, as escapes such as ``\u202e``."""
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if INVISIBLE.search(text) else text


def isolated(text: str) -> SafeString:
    """Return the text as HTML that has no say in the direction of what stands beside it."""
    return format_html("<bdi>{}</bdi>", visible(text))
