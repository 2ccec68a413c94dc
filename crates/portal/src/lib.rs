//! The cashier pages and the sandbox API
