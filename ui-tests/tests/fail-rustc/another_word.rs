//! What has the name of a word of rules, and is the user's own, is not taken for the word.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;

mod own {
    use super::domain::Admin;

    /// The administrator above.
    pub fn lazy(key: Admin) -> Admin {
        Admin(key.user + 1)
    }

    /// None of them.
    pub fn all<K>(keys: impl IntoIterator<Item = K>) -> bool {
        keys.into_iter().next().is_none()
    }
}

/// By a path.
mod by_path {
    use gatehouse::prelude::*;

    use super::{Admin, User, own};

    #[policy]
    async fn rule(user: &User) -> bool {
        own::lazy(Admin(user.id)).await || lazy(Admin(user.id)).await
    }
}

/// By an import, at `self`, and in a derived fact.
mod by_import {
    use gatehouse::prelude::{each, fact, policy};
    use gatehouse::each as any;

    use super::own::all;
    use super::{Admin, User};

    #[policy]
    async fn rule(user: &User) -> bool {
        all([Admin(user.id)]).await && self::any([Admin(1)]).await && each([Admin(1)]).await.len() == 1
    }

    fact! {
        pub Everybody(user: u64) -> bool {
            all([Admin(user)]).await
        }
    }
}

/// A local.
mod by_local {
    use gatehouse::prelude::*;

    use super::{Admin, User};

    #[policy]
    async fn rule(user: &User) -> bool {
        let any = |keys: [Admin; 1]| keys.len() == 1;
        any([Admin(user.id)]).await
    }
}

/// Not at all.
mod not_imported {
    use gatehouse::policy;

    use super::{Admin, User};

    #[policy]
    async fn rule(user: &User) -> bool {
        any([Admin(user.id)]).await
    }
}

fn main() {}
