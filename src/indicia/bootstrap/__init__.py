"""The only place that builds objects: settings in, a running service out; no logic. One file per part."""
