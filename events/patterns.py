"""What ``like`` means: patterns of texts, as regular expressions that both databases read alike."""


class Pattern:
    r"""A text with wildcards: ``%`` is any text, ``_`` any character, after ``\`` both are themselves.

    A letter matches itself, its lower and its upper case, and so as Python has them: the databases would
    each follow their own locale. ValueError if the pattern ends with a single ``\``.
    """

    def __init__(self, pattern: str) -> None:
        """Translate the pattern to regular expressions, one for each piece between the ``%``."""
        pieces = [""]
        characters = iter(pattern)
        for character in characters:
            if character == "%":
                pieces.append("")
            elif character == "_":
                pieces[-1] += "."
            else:
                literal = next(characters, None) if character == "\\" else character
                if literal is None:
                    raise ValueError("the pattern ends within an escape")
                pieces[-1] += in_either_case(literal)
        self._pieces = pieces

    def parameters(self) -> dict[str, str]:
        """Return the pattern as both databases take it.

        In Python's regular expressions, which SQLite uses, each piece is taken where it is found first, for
        good: this is enough, and many ``%`` do not make it try all the ways to distribute the text.
        """
        first, *rest = self._pieces
        middle, last = [piece for piece in rest[:-1] if piece], rest[-1:]
        regex = ".*".join([first, *middle, *last])
        atomic = first + "".join(f"(?>.*?{piece})" for piece in middle) + "".join(f".*{piece}" for piece in last)
        return {"regex": rf"(?s)\A{regex}\Z", "atomic": rf"(?s)\A{atomic}\Z"}


def in_either_case(character: str) -> str:
    """Return a regular expression for one character that needs no flag; both engines read it alike."""
    cases = {each for each in (character, character.lower(), character.upper()) if len(each) == 1}
    if len(cases) > 1:
        return f"[{''.join(sorted(cases))}]"
    plain = character.isalnum() or character.isspace() or not character.isascii()
    return character if plain else f"\\{character}"
