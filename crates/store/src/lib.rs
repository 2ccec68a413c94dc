//! The posted tables: memory and SQLite
