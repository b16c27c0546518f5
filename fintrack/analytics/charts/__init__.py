"""Charts: frames become Plotly figures; no SQL, and the only place where money is a float."""
