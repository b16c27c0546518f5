"""Programs to be measured against: whoever measures installs them, nothing needs them."""
