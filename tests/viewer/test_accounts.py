"""The pages of Django's own admin around the viewer, which have its look."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.server import Server
from tests.viewer.browsing import Visit

NAME = "a.rather.long.name@studio.example.com"


async def make_key(page: Page, expires: str = "") -> None:
    """Make a key of the admin's; the field of its user would look up who there is."""
    await page.goto("/admin/events/apikey/add/")
    await page.locator("#id_user").evaluate("field => field.append(new Option('admin', '1', true, true))")
    await page.fill("#id_name", "Render farm")
    if expires:
        await page.fill("#id_expires_at", expires)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".secret")).to_be_visible()


async def test_the_help_texts_of_a_form_are_plain_text(visit: Visit) -> None:
    page = await visit("/admin/auth/user/add/")
    boxes = await page.locator(".help").evaluate_all(
        "helps => helps.map(help => getComputedStyle(help).borderTopWidth)"
    )
    assert boxes
    assert set(boxes) == {"0px"}


async def test_every_page_fits_a_phone(visit: Visit) -> None:
    page = await visit("/admin/auth/user/add/", width=320)
    await page.fill("#id_username", NAME)
    await page.fill("#id_password1", "correct horse battery")
    await page.fill("#id_password2", "correct horse battery")
    await page.get_by_role("button", name="Save and continue editing").click()
    await expect(page.get_by_role("heading", name=f"What {NAME} may do")).to_be_visible()
    user = re.sub("change/.*", "", page.url)
    await make_key(page)
    paths = [f"{user}{view}/" for view in ("change", "history", "delete", "password")]
    for model in ("auth/user", "auth/group", "events/apikey", "events/projectgrant", "events/topicpolicy"):
        paths += [f"/admin/{model}/", f"/admin/{model}/add/"]
    paths.append("/admin/auth/user/1/sign-ins/")
    for path in (*paths, "/admin/auth/", "/admin/events/", "/admin/auth/group/1/change/", "/admin/password_change/"):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320, path


async def test_on_a_phone_a_row_says_what_its_cells_are(visit: Visit) -> None:
    page = await visit("/admin/auth/user/", width=320)
    cell = page.get_by_role("row", name="admin").locator(".field-seen")
    await expect(cell).to_have_attribute("data-label", "Last login")
    label = await cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"Last login"'


async def test_the_end_of_a_key_is_chosen_in_the_readers_zone(visit: Visit) -> None:
    page = await visit("/admin/", timezone_id="Asia/Tokyo")
    await make_key(page, "2040-01-31T09:00:00")
    await page.goto("/admin/events/apikey/")
    row = page.get_by_role("row").filter(has_text="31 Jan 2040")
    end = row.locator(".field-expires time")
    await expect(end).to_have_text(re.compile("09:00:00"))
    await expect(end).to_have_attribute("title", "2040-01-31 00:00:00.000 UTC")
    await row.get_by_role("link").first.click()
    await expect(page.locator("#id_expires_at")).to_have_value(re.compile("2040-01-31T09:00"))
    await expect(page.locator(".field-expires_at .help")).to_have_text("Date and time; empty: it does not end.")
    await page.get_by_role("button", name="Save and continue editing").click()
    await page.get_by_role("link", name="History").click()
    await expect(page.locator("#change-history time").first).to_have_attribute(
        "title", re.compile(r"[\d-]+ [\d:.]+ UTC")
    )


@pytest.mark.parametrize("path", ["/admin/auth/", "/admin/events/"])
async def test_the_page_of_an_application_leads_to_its_lists(visit: Visit, path: str) -> None:
    page = await visit(path)
    for link in await page.locator(".places a").all():
        await expect(link).to_have_attribute("href", re.compile(f"{path}[a-z]+/"))
    assert await page.locator(".places a").count() >= 2


async def test_who_logs_out_is_told_so(visit: Visit, live: Server) -> None:
    page = await visit("/admin/login/", name="")
    await page.fill("#id_username", "admin")
    await page.fill("#id_password", live.environment["ADMIN_PASSWORD"])
    await page.get_by_role("button", name="Log in").click()
    await page.locator(".menu summary").click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="You are logged out")).to_be_visible()


@pytest.mark.parametrize(("width", "arrows"), [(320, "↓↑"), (1280, "→←")])
async def test_rights_are_chosen_with_nothing_covered_or_cut(visit: Visit, width: int, arrows: str) -> None:
    page = await visit("/admin/auth/user/1/change/", width=width)
    field = page.locator(".field-user_permissions")
    await expect(field.locator(".selector")).to_be_visible()
    options = field.locator("#id_user_permissions_from option")
    assert await options.evaluate_all("all => all.length && all.every(each => each.scrollWidth <= each.clientWidth)")
    choose_all, chooser = (field.locator(each) for each in (".selector-chooseall", ".selector-chooser"))
    above, below = await choose_all.bounding_box(), await chooser.bounding_box()
    assert above is not None
    assert below is not None
    apart = (above["y"] + above["height"] <= below["y"], above["x"] + above["width"] <= below["x"])
    assert any(apart)
    contents = "all => all.map(each => getComputedStyle(each, '::before').content.replaceAll('\"', '')).join('')"
    assert await field.locator(".selector-chooser button").evaluate_all(contents) == arrows


async def test_what_is_chosen_is_deleted_with_one_button(visit: Visit) -> None:
    page = await visit("/admin/auth/group/add/")
    await page.fill("#id_name", "Leaving")
    await page.get_by_role("button", name="Save", exact=True).click()
    delete = page.get_by_role("button", name="Delete selected groups")
    await expect(delete).to_be_hidden()
    await page.get_by_role("row", name="Leaving").get_by_role("checkbox").check()
    await delete.click()
    await page.get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("Successfully deleted 1 group")).to_be_visible()
    await expect(page.get_by_role("row", name="Leaving")).to_have_count(0)


async def test_one_goes_back_to_the_list_and_to_what_it_is_about(visit: Visit) -> None:
    page = await visit("/admin/auth/user/1/delete/")
    crumbs = page.get_by_role("navigation", name="Breadcrumbs")
    await expect(crumbs).to_have_text(re.compile(r"^\s*← Users\W*admin\s*$"))
    await crumbs.get_by_role("link", name="admin").click()
    await page.wait_for_url("**/admin/auth/user/1/change/")
    await crumbs.get_by_role("link", name="Users").click()
    await page.wait_for_url("**/admin/auth/user/")
    await expect(crumbs).to_have_count(0)
    heading = page.get_by_role("columnheader", name="Username")
    link = heading.get_by_role("link").first
    assert await link.evaluate("link => getComputedStyle(link, '::after').content") == '" ↑"'


async def test_a_page_that_there_is_not_leads_on(visit: Visit) -> None:
    visit.allowed = ("404",)
    page = await visit("/admin/nonesuch/", width=320)
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Events").click()
    await expect(page.get_by_role("heading", name="Events")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
