"""Backup and restore: the database, the storage folder, a manifest over both."""
