"""Routers: a handler takes typed input, calls one use case and hands the result to a view."""

from functools import cache

from aiogram import Dispatcher

from bot.routers import (
    admission,
    commands,
    fallback,
    filling,
    payment,
    proof,
    questionnaire,
    queue,
    results,
    review,
    staff,
    start,
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
        commands.router,
        thread.router,
        queue.router,
        review.router,
        payment.router,
        admission.router,
        results.router,
        students.router,
        staff.router,
        questionnaire.router,
        filling.router,
        proof.router,
        fallback.router,
    )
    return made
