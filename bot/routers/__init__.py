"""Routers: a handler takes typed input, calls one use case and hands the result to a view."""

from aiogram import Dispatcher

from bot.routers import commands, fallback, order, proof, start


def include_all(dispatcher: Dispatcher) -> None:
    """Add every router, commands before the form's answers, the fallback last."""
    dispatcher.include_routers(start.router, commands.router, order.router, proof.router, fallback.router)
