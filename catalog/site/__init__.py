"""What Datasette needs beyond metadata.yml: settings, plugins, templates and CSS; this folder is its configuration."""
