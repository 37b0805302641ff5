//! A macro of the user's own that is called `matches!` runs as theirs, with loads inside and without.
#![deny(warnings)]
use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
}

fact! {
    pub Level(user: u32) -> u8 = 0;
    pub Admin(user: u32) -> bool = false;
}

/// Whether it does not match.
macro_rules! matches {
    ($value:expr, $pat:pat $(if $guard:expr)?) => {
        match $value {
            $pat $(if $guard)? => false,
            _ => true,
        }
    };
}

#[policy]
pub fn plain(user: &User) -> bool {
    matches!(user.id, 1)
}

/// Of another type.
mod numbers {
    use gatehouse::policy;

    use super::{Admin, Level, User};

    macro_rules! matches {
        ($value:expr, $name:ident) => {
            $value + stringify!($name).len() as u32
        };
    }

    #[policy]
    pub async fn counted(user: &User) -> bool {
        let plain = matches!(user.id, five);
        let loaded = matches!(u32::from(Level(user.id).await), four);
        plain + loaded == 11 && !Admin(user.id).await
    }
}

#[policy]
pub async fn loaded(user: &User) -> bool {
    let held = matches!(Level(user.id).await, 2);
    held && matches!(Level(user.id).await, 1 if Admin(user.id).await) && matches!(Level(3).await, 3)
}

pub struct Things;
impl Domain for Things {
    type Subject = User;
    type Action = ();
    type Resource = ();
    type Context = ();
}

pub struct Source;
impl FactSource<Level> for Source {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), 1)).collect())
    }
}
impl FactSource<Admin> for Source {
    async fn load(&self, keys: &[Admin]) -> Result<Loaded<Admin>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.user == 1)).collect())
    }
}
#[derive(Sources)]
pub struct Facts {
    #[loads(Level, Admin)]
    source: Source,
}

static PLAIN: Gate<Things, plain> = Gate::new();
static LOADED: Gate<Things, loaded> = Gate::new();
static COUNTED: Gate<Things, numbers::counted> = Gate::new();

#[tokio::main(flavor = "current_thread")]
pub async fn main() {
    for (id, permitted) in [(1, false), (2, true)] {
        let (session, user) = (Session::new(Facts { source: Source }), User { id });
        assert_eq!(PLAIN.bind(&session, &user, &()).check(&()).await.is_allow(), permitted);
        assert_eq!(COUNTED.bind(&session, &user, &()).check(&()).await.is_allow(), permitted);
        assert_eq!(LOADED.bind(&session, &user, &()).check(&()).await.is_allow(), permitted);
    }
}
