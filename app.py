"""FinTrack's entry: `streamlit run app.py`, `uvicorn app:app` or `python app.py`."""

import gc
import os
from pathlib import Path

# What is imported stays: to look for garbage meanwhile took a fifth of the time.
gc.disable()
# Streamlit looks for .streamlit/ in the working directory, wherever it was started from.
os.chdir(Path(__file__).resolve().parent)

import streamlit as st  # noqa: E402 - after the change of directory, see above

from fintrack.api.application import API  # noqa: E402 - as above
from fintrack.web.asgi import APP, MAIN  # noqa: E402 - as above

gc.enable()
app = st.App(MAIN, **APP | {"routes": [API, *APP["routes"]]})

if __name__ == "__main__":
    app.run()
