"""Running an installation: server, migrations, health."""
