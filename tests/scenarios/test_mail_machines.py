"""Letters of machines and sealed letters among the answers: nothing is recorded, and a person hears what to do."""

import base64
from email import message_from_bytes, policy
from pathlib import Path

from sqlalchemy import text

from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import SOKOLOVA, answer_to, count_letters, hand_in, invited, letter_to, open_mail
from tests.scenarios.review_steps import read
from tests.unit.test_mail_smime import encrypted

LETTERS = Path(__file__).parent.parent / "letters"
MACHINES = ("mail_auto_communigate", "mail_auto_mailtraq", "mail_calendar_reply", "mail_out_of_office_0",
            "mail_out_of_office_2", "bounce_opensmtpd")  # fmt: skip


async def test_machines_are_not_answered(stage: Stage) -> None:
    """Autoresponders, absences, calendars and a server's plain report touch no questionnaire and get no letter."""
    await open_mail(stage)
    line_id = await invited(stage)
    invitation = await letter_to(stage, SOKOLOVA)
    for name in MACHINES:
        message = message_from_bytes((LETTERS / f"{name}.eml").read_bytes(), policy=policy.SMTP)
        for header, value in (("To", invitation["headers"]["Reply-To"]), ("Message-ID", f"<{name}@mail.ru>")):
            del message[header]
            message[header] = value
        if not name.startswith("bounce"):
            del message["From"]
            message["From"] = SOKOLOVA
        await hand_in(stage, message.as_bytes())
    assert await count_letters(stage, SOKOLOVA) == 1
    assert await read(stage).questionnaire(line_id) is None


async def test_an_encrypted_answer_is_asked_for_anew(stage: Stage) -> None:
    """The student hears that the letter is encrypted and what to do; a person sees in the queue that it came."""
    await open_mail(stage)
    line_id = await invited(stage)
    invitation = await letter_to(stage, SOKOLOVA)
    raw = answer_to(invitation, "", SOKOLOVA)
    head = raw.partition(b"Content-Type:")[0]
    sealed = head + (
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(encrypted())
    )
    await hand_in(stage, sealed)
    answer = await letter_to(stage, SOKOLOVA, "без шифрования")
    assert "Отключите шифрование" in answer["text"]
    assert await read(stage).questionnaire(line_id) is None
    query = text("SELECT reason FROM letters WHERE state = 'aside'")
    assert await stage.app.database.run(lambda c: [row[0] for row in c.execute(query)]) == ["sealed"]
