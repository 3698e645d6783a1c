from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def test_without_a_server_the_command_says_so_in_one_sentence() -> None:
    with pytest.raises(CommandError, match=r"^No event server answers at http://127\.0\.0\.1:1: start it"):
        call_command("demo", url="http://127.0.0.1:1", key="any", stdout=StringIO())


def test_without_a_key_the_command_says_where_it_looked(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match=rf"^There is no service key in {tmp_path}/credentials\.json: "):
        call_command("demo", stdout=StringIO())


def test_the_key_of_the_first_start_is_found(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "credentials.json").write_text('{"admin_password": null, "service_key": "any"}')
    with pytest.raises(CommandError, match=r"^No event server answers at"):
        call_command("demo", url="http://127.0.0.1:1", stdout=StringIO())
