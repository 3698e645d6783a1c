"""Texts that others have written, next to our own."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Characters that turn the text around them about, or hide. Joiners are none of them: emojis are made of these."""


def visible(text: str) -> str:
    r"""Return the text with characters that hide, or turn others about, as escapes such as ``\u202e``."""
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) if INVISIBLE.search(text) else text


def isolated(text: str) -> SafeString:
    """Return the text as HTML that has no say in the direction of what stands beside it."""
    return format_html("<bdi>{}</bdi>", visible(text))
