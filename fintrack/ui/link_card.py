"""A secret link, shown once: to copy, or as a code for the camera of a phone."""

import segno
import streamlit as st

from fintrack.operations.mail import Delivery

OUTCOMES = {
    Delivery.SENT: (st.success, "The mail is on its way.", "check_circle"),
    Delivery.FAILED: (
        st.warning,
        "The mail could not be sent. Copy the link and send it yourself.",
        "mail_off",
    ),
    Delivery.NO_SERVER: (st.info, "Copy the link and send it yourself.", "content_copy"),
}


def link_card(link: str, delivery: Delivery, for_whom: str) -> None:
    """Draw the link with its code and what became of the mail; `for_whom` is Markdown."""
    draw, sentence, icon = OUTCOMES[delivery]
    draw(sentence, icon=f":material/{icon}:")
    with st.container(horizontal_alignment="center"):
        st.image(qr_code(link), width=220, alt="The link as a code for a camera")
    st.code(link, language=None, wrap_lines=True)
    st.caption(f"{for_whom} This is shown once; “Resend” makes a new link.")


def qr_code(link: str) -> str:
    """Return the link as an SVG image, dark on white in every theme."""
    code = segno.make_qr(link, error="m")
    return str(code.svg_inline(scale=6, border=3, dark="#0F172A", light="#FFFFFF"))
