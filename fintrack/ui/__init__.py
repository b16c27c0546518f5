"""The Streamlit side: router, session, inputs, theme."""
