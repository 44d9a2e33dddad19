"""What operators call the letters."""

LETTER_NAMES: dict[str, str] = {
    "order_to_centre": "заявка центру",
    "questionnaire_invite": "приглашение ученику",
    "questionnaire_approved": "анкета подтверждена",
    "questionnaire_returned": "анкета возвращена",
    "questionnaire_declined": "анкета отклонена",
    "questionnaire_reminder": "напоминание об анкете",
    "curator_message": "сообщение куратора",
    "access_open": "доступ открыт",
    "access_list": "список для доступа",
    "documents_sent": "документы отправлены, ученику",
    "documents_sent_to_client": "документы отправлены, заказчику",
}
