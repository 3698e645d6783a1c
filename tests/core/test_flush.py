"""``manage.py flush`` is no way to begin anew, and says which one there is."""

import pytest
from django.db import connection, connections

from events.management.commands.flush import Command
from events.models import TopicPolicy
from tests.conftest import POSTGRES


@pytest.mark.parametrize("options", [[], ["--no-input"]])
def test_it_is_refused_with_what_to_do_instead(
    db: None, options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)  # what every command does at its end
    TopicPolicy.objects.create(verb="dispatch", topic="server.*", allows=False)
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "flush", *options])
    told = capsys.readouterr().err
    name = connection.settings_dict["NAME"]
    instead = (
        f"drop the database {name} and create it again" if POSTGRES else f"delete the data folder with {name} in it"
    )
    assert f"To begin anew stop the server, {instead}, and start the server" in told
    assert TopicPolicy.objects.exists()
