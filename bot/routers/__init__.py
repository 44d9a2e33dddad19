"""Routers: a handler takes typed input, calls one use case and hands the result to a view."""

from functools import cache

from aiogram import Dispatcher

from bot.routers import (
    act,
    admission,
    audit,
    bank,
    cancelling,
    catalogue,
    centres,
    client_scan,
    closed,
    commands,
    documents,
    fallback,
    filling,
    groups,
    invoice,
    link,
    mail,
    mailbox,
    notes,
    order_for,
    payment,
    proof,
    questionnaire,
    queue,
    reminders,
    report,
    results,
    review,
    staff,
    start,
    stats,
    status,
    students,
    thread,
)


@cache
def dispatcher() -> Dispatcher:
    """Return the dispatcher with every router: commands before the form's answers, the fallback last.

    It keeps no state (a conversation is a draft in the database), and a router belongs to one dispatcher, so there is
    one for all.
    """
    made = Dispatcher(disable_fsm=True)
    made.include_routers(
        start.router,
        client_scan.router,
        order_for.router,
        commands.router,
        thread.router,
        queue.router,
        review.router,
        payment.router,
        admission.router,
        results.router,
        report.router,
        status.router,
        cancelling.router,
        notes.router,
        reminders.router,
        act.router,
        invoice.router,
        bank.router,
        mail.router,
        students.router,
        staff.router,
        mailbox.router,
        link.router,
        documents.router,
        stats.router,
        centres.router,
        catalogue.router,
        groups.router,
        audit.router,
        closed.router,
        questionnaire.router,
        filling.router,
        proof.router,
        report.typed,
        status.typed,
        catalogue.late,
        order_for.late,
        client_scan.late,
        fallback.router,
    )
    return made
