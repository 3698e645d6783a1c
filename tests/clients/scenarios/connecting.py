"""How tools and services get in, and who they then are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import ayon_api
from ayon_api.exceptions import AuthenticationError, UnauthorizedError

if TYPE_CHECKING:
    from tests.clients.stage import Stage

NOBODYS_KEY = "f" * 32
NOBODYS_TOKEN = "f" * 64


def a_service_connects_with_its_key(stage: Stage) -> None:
    api = stage.connect(stage.key)
    assert api.has_valid_token
    assert api.is_service_user()
    user = api.get_user()
    assert (user["name"], user["active"], user["data"]["isService"]) == ("service", True, True)
    assert {call for call in stage.calls if call[2] > 400} == {("GET", "/api/users/me", 401)}


def a_user_connects_with_name_and_password(stage: Stage) -> None:
    api = stage.log_in()
    assert api.has_valid_token
    assert not api.is_service_user()
    user = api.get_user()
    assert (user["name"], user["data"]["isAdmin"], user["data"]["isService"]) == ("admin", True, False)


def a_user_connects_with_a_token(stage: Stage) -> None:
    token = stage.log_in().access_token
    assert len(token) == 64
    api = stage.connect(token)
    assert api.has_valid_token
    assert not api.is_service_user()
    assert api.get_user()["name"] == "admin"
    assert {status for _, _, status in stage.calls} <= {200, 302}


def a_logout_ends_the_token(stage: Stage) -> None:
    api = stage.log_in()
    token = api.access_token
    api.logout()
    assert api.access_token is None
    assert not stage.connect(token).has_valid_token


def a_wrong_password_is_an_authentication_error(stage: Stage) -> None:
    api = stage.connect(NOBODYS_KEY)
    error = stage.error(AuthenticationError, api.login, "admin", stage.password + "?")
    assert "Invalid login/password combination" in str(error)
    assert stage.calls_to("/api/auth/login") == [("POST", "/api/auth/login", 403)]


def a_wrong_key_is_no_valid_token(stage: Stage) -> None:
    _is_refused(stage, NOBODYS_KEY)


def a_wrong_token_is_no_valid_token(stage: Stage) -> None:
    _is_refused(stage, NOBODYS_TOKEN)


def _is_refused(stage: Stage, token: str) -> None:
    topic = stage.topic()
    api = stage.connect(token)
    assert not api.has_valid_token
    assert api.get_info().keys() == {"version", "uptime"}
    stage.error(UnauthorizedError, api.dispatch_event, topic)
    stage.error(UnauthorizedError, api.get_event, "0" * 32)
    stage.error(UnauthorizedError, next, api.get_events())
    assert not list(stage.connect().get_events(topics=[topic]))


def the_version_is_one_that_the_client_can_read(stage: Stage) -> None:
    api = stage.connect()
    assert api.get_info()["version"] == api.get_server_version()
    assert api.get_server_version_tuple()[:3] > (1, 5, 6)


def info_is_for_everybody_and_knows_who_asks(stage: Stage) -> None:
    assert stage.connect().get_info()["user"]["name"] == "service"
    assert stage.log_in().get_info()["user"]["name"] == "admin"


def a_service_starts_with_init_service(stage: Stage) -> None:
    os.environ.update(AYON_SERVER_URL=stage.url, AYON_API_KEY=stage.key, AYON_SERVICE_NAME="kitchen")
    try:
        ayon_api.init_service()
        assert ayon_api.get_service_name() == "kitchen"
        assert ayon_api.get_user()["name"] == "service"
        source_id = ayon_api.dispatch_event(stage.topic("source")).data["id"]
        job = ayon_api.enroll_event_job(stage.topic("source"), stage.topic("target"), sender="kitchen")
        assert job["dependsOn"] == source_id
        ayon_api.update_event(job["id"], status="finished")
        assert [each["status"] for each in ayon_api.get_events(topics=[stage.topic("target")])] == ["finished"]
    finally:
        ayon_api.close_connection()
        for name in ("AYON_SERVER_URL", "AYON_API_KEY", "AYON_SERVICE_NAME"):
            del os.environ[name]


def a_service_speaks_for_a_user(stage: Stage) -> None:
    api = stage.connect()
    with api.as_username("admin"):
        assert api.get_user()["name"] == "admin"
        event_id = api.dispatch_event(stage.topic()).data["id"]
        assert api.enroll_event_job(stage.topic(), stage.topic("target"), sender="me") is None
        assert stage.calls_to("/api/enroll") == [("POST", "/api/enroll", 403)]
    assert api.get_event(event_id)["user"] == "admin"
    assert api.get_user()["name"] == "service"


def nobody_speaks_for_a_user_that_there_is_not(stage: Stage) -> None:
    api = stage.connect()
    with api.as_username(f"u_{stage.name}"):
        assert stage.refusal(api.create_event, stage.topic()).status_code == 404
    assert api.get_user()["name"] == "service"
    assert not list(api.get_events(topics=[stage.topic()]))


def a_users_rights_hold_for_the_service_that_speaks_for_the_user(stage: Stage) -> None:
    stage.run_in_server(f"from django.contrib.auth.models import User; User.objects.create_user('u_{stage.name}')")
    api = stage.connect()
    with api.as_username(f"u_{stage.name}"):
        assert stage.refusal(api.create_event, stage.topic()).status_code == 403
    assert api.has_valid_token
    assert not list(api.get_events(topics=[stage.topic()]))


def users_are_found_by_name_and_all_together(stage: Stage) -> None:
    api = stage.connect()
    assert api.get_user("admin")["name"] == "admin"
    assert api.get_user_by_name("admin")["isAdmin"]
    assert api.get_user_by_name("nobody") is None
    everybody = {user["name"]: user["isService"] for user in api.get_users()}
    assert (everybody["admin"], everybody["service"]) == (False, True)


def projects_are_those_that_events_name(stage: Stage) -> None:
    api = stage.connect()
    name = f"p_{stage.name}"
    assert name not in api.get_project_names()
    assert api.get_project(name) is None
    api.create_event(stage.topic(), project_name=name)
    assert name in api.get_project_names()
    assert api.get_project_names(library=True) == api.get_project_names(active=False) == []
    project = api.get_project(name)
    assert (project["name"], project["code"], project["active"], project["library"]) == (name, name, True, False)
    assert name in {each["name"] for each in api.get_projects()}


def projects_are_told_by_graphql_too(stage: Stage) -> None:
    api = stage.connect()
    name = f"p_{stage.name}"
    api.create_event(stage.topic(), project_name=name)
    projects = list(api.get_projects(fields={"name", "library"}))
    assert {"name": name, "library": False, "active": True} in projects
    assert stage.calls_to("/graphql")


def only_users_have_attributes(stage: Stage) -> None:
    api = stage.connect()
    assert api.get_attributes_for_type("user").keys() == {"fullName", "email"}
    assert api.get_attributes_for_type("project") == {}
    assert api.get_user("admin")["attrib"].keys() == {"fullName", "email"}


def the_rest_endpoints_are_described(stage: Stage) -> None:
    paths = stage.connect().get_server_schema()["paths"]
    assert {"/api/events", "/api/enroll", "/api/query", "/api/eventops"} <= paths.keys()


def the_graphql_schema_is_told(stage: Stage) -> None:
    types = {each["name"]: each for each in stage.connect().get_graphql_schema()["__schema"]["types"]}
    assert {"EventNode", "EventsConnection", "EventEdge", "PageInfo", "UserNode"} <= types.keys()
    assert {"id", "topic", "status", "payload"} <= {field["name"] for field in types["EventNode"]["fields"]}
