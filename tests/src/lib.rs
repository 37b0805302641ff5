//! What the tests share: a small world of users and documents, and sources that count.
