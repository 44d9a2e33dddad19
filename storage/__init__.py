"""The database: tables, unit of work, inbox and outbox, on SQLite or PostgreSQL."""
