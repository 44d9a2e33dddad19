"""Addresses of the school's own page, and the buttons that lead there; without `web.public_url` there is none."""

from dataclasses import dataclass
from urllib.parse import quote

from bot.replies import Button


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What stands where under `public_url`; every method returns None where there are no pages."""

    public_url: str | None

    def questionnaire(self, secret: str) -> str | None:
        """Return where a student's questionnaire is filled in; `secret` is a student's link's."""
        return self._at("q", secret)

    def order(self, centre: str, discipline: str | None = None) -> str | None:
        """Return where an order of this centre is placed, of one discipline where it is told."""
        return self._at("order", centre, *([discipline] if discipline else []))

    def handed(self, centre: str, secret: str) -> str | None:
        """Return where an order begun elsewhere is taken up, once; `secret` of `hand_draft`."""
        return self._at("order", centre, "from", secret)

    def mine(self, secret: str) -> str | None:
        """Return the page of a student's courses, or of a client's order by the secret of a client's link."""
        return self._at("me", secret)

    def staff(self) -> str | None:
        """Return the page where staff sign in."""
        return self._at("staff")

    def case(self, line_id: str) -> str | None:
        """Return where a curator opens this student's questionnaire and decides."""
        return self._at("staff", "queue", line_id)

    def learner(self, line_id: str) -> str | None:
        """Return where a manager corrects this student of an order, or replaces them."""
        return self._at("staff", "students", line_id)

    def _at(self, *parts: str) -> str | None:
        if self.public_url is None:
            return None
        return "/".join([self.public_url.rstrip("/"), *(quote(part, safe="") for part in parts)])


def page_button(label: str, address: str) -> Button:
    """Return a button that opens a page inside Telegram, in a browser where it is not served by https.

    For private chats: Telegram has no such buttons in groups.
    """
    return Button(label, web_app=address) if address.startswith("https://") else Button(label, url=address)
