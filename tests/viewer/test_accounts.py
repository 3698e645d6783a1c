"""The pages of Django's own admin around the viewer."""

from tests.viewer.browsing import Visit


async def test_the_help_texts_of_a_form_are_plain_text(visit: Visit) -> None:
    page = await visit("/admin/auth/user/add/")
    boxes = await page.locator(".help").evaluate_all(
        "helps => helps.map(help => getComputedStyle(help).borderTopWidth)"
    )
    assert boxes
    assert set(boxes) == {"0px"}
