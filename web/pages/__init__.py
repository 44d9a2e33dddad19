"""The pages, each with its routes."""

from aiohttp import web

from web.pages import (
    confirm,
    door,
    me,
    order,
    order_from,
    questionnaire,
    staff_admit,
    staff_decide,
    staff_door,
    staff_home,
    staff_orders,
    staff_people,
    staff_pictures,
    staff_queue,
    staff_student,
    telegram,
    uploads,
)

PAGE_ROUTES: list[web.RouteDef] = [
    *door.ROUTES,
    *telegram.ROUTES,
    *me.ROUTES,
    *questionnaire.ROUTES,
    *order.ROUTES,
    *confirm.ROUTES,
    *order_from.ROUTES,
    *uploads.ROUTES,
    *staff_home.ROUTES,
    *staff_door.ROUTES,
    *staff_queue.ROUTES,
    *staff_pictures.ROUTES,
    *staff_decide.ROUTES,
    *staff_admit.ROUTES,
    *staff_orders.ROUTES,
    *staff_student.ROUTES,
    *staff_people.ROUTES,
]
