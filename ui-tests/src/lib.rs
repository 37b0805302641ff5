//! What must not compile, what must, and what the compiler says: see `tests/`.
