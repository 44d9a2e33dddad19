"""Routers: a handler takes typed input, calls one use case and hands the result to a view."""

from functools import cache

from aiogram import Dispatcher

from bot.routers import commands, fallback, order, proof, start


@cache
def dispatcher() -> Dispatcher:
    """Return the dispatcher with every router: commands before the form's answers, the fallback last.

    It keeps no state (a conversation is a draft in the database), and a router belongs to one dispatcher, so there is
    one for all.
    """
    made = Dispatcher(disable_fsm=True)
    made.include_routers(start.router, commands.router, order.router, proof.router, fallback.router)
    return made
